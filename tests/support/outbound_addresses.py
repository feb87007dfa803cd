"""Addresses and URL forms that must never be dialled, and some that may: for the tests of the guard."""

FORBIDDEN_ADDRESSES = """
0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.0.0.53 127.1.2.3
127.255.255.255 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 169.254.169.123 169.254.255.255 172.16.0.1 172.31.255.255 192.0.0.1
192.0.0.8 192.0.0.170 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1
198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 224.0.0.251 239.255.255.250 240.0.0.1 254.1.1.1 255.255.255.255
:: ::1 ::2 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::8.8.8.8 64:ff9b:1::7f00:1 64:ff9b:1:ffff::a00:1 100::1
100:0:0:1::1 2001::1 2001:0:7f00:1::1 2001:0:53aa:64c:0:7fff:80ff:fffe 2001:1::1 2001:2::1 2001:10::1 2001:20::1 2001:3::1 2001:4:112::1
2001:db8::1 2001:db8:ffff::1 2002:7f00:1::1 2002:a9fe:a9fe::1 2002:a00:1::1 2002:808:808::1 2620:4f:8000::1 3fff::1 3fff:fff::1 5f00::1
fc00::1 fd00::1 fd00:ec2::254 fd20:ce::254 fdff:ffff::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1 ff00::1 ff02::1 ff05::2 ff0e::1
200::1 400::1 1000::1 4000::1 8000::1 c000::1 e000::1 f000::1
""".split()  # noqa: SIM905 - a table of a hundred reads better without quotes

PUBLIC_ADDRESSES = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15 168.63.129.17 169.253.255.255
169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
203.0.112.255 203.0.114.0 223.255.255.255 2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450:4001::1 3ffe::1
""".split()  # noqa: SIM905 - a table of a hundred reads better without quotes

# Other ways to write 127.0.0.1, 169.254.169.254, 10.0.0.1 and 0.0.0.0, which resolvers take.
NUMERIC_HOSTS = """
2130706433 0x7f000001 0X7F000001 017700000001 127.1 127.0.1 0x7f.1 0x7f.0.0.1 0x7f.0x0.0x0.0x1 0177.1 0177.0.0.1 0177.0.0.01 127.0.0.01
127.0.0.0x1 127.0.1 127.65535 127.0.65535 00127.0.0.1 000177.0.0.1 2852039166 0xa9fea9fe 0xA9FEA9FE 025177524776 169.254.43518 169.16689662
0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376 0xa9.254.0251.254 167772161 0xa000001 01200000001 10.1 0xa.1 0 0x0 00 0.0 0.0.0 0x0.0x0 3232235521
0xc0a80001 192.168.1 192.11010305 2886729729 1681915904 127.0.0.1. 169.254.169.254. 2130706433.
[::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::0001] [::ffff:127.0.0.1] [::FFFF:7F00:1] [0:0:0:0:0:ffff:127.0.0.1]
[::127.0.0.1] [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [64:ff9b::169.254.169.254] [64:ff9b::a9fe:a9fe] [2002:7f00:1::] [::]
[0::0] [fe80::1] [FE80::1] [fec0::1] [fd00:ec2::254] [ff02::1]
""".split()  # noqa: SIM905 - a table of a hundred reads better without quotes

# What two readers may read in two ways, or what is none of an address for us.
URLS = (
    "https://user:pass@127.0.0.1/",
    "https://user@public.example/",
    "https://@127.0.0.1/",
    "https://:@public.example/",
    "https://public.example@127.0.0.1/",
    "https://public.example:443@127.0.0.1/",
    "https://public.example%2f@127.0.0.1/",
    "https://public.example%40127.0.0.1/",
    "https://public.example\\@127.0.0.1/",
    "https://127.0.0.1\\@public.example/",
    "https://127.0.0.1\\.public.example/",
    "https:\\\\127.0.0.1/",
    "https:/\\127.0.0.1/",
    "https:/127.0.0.1/",
    "https:127.0.0.1/",
    "https:///127.0.0.1/",
    "https:////127.0.0.1/",
    "https://127.0.0.1#@public.example/",
    "https://127.0.0.1?@public.example/",
    "https://127.0.0.1;public.example/",
    "https://127.0.0.1,public.example/",
    "https://127.0.0.1 .public.example/",
    "https://127.0.0.1\t/",
    "https://127.0.0.1\r\nHost: public.example/",
    "https://127.0.0.1\n/",
    "https://127.0.0.1\x00.public.example/",
    "https://127.0.0.1%00.public.example/",
    "https://127.0.0.1%0d%0a/",
    "https://%31%32%37.0.0.1/",
    "https://127%2e0%2e0%2e1/",
    "https://%6c%6f%63%61%6c%68%6f%73%74/",
    "https://127。0。0。1/",
    "https://127．0．0．1/",
    "https://127｡0｡0｡1/",
    "https://localhost。/",
    "https://①②⑦.⓪.⓪.①/",
    "https://１２７.0.0.1/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "https://ｌｏｃａｌｈｏｓｔ/",
    "https://ʟocalhost/",
    "https://loc\u00adalhost/",
    "https://\u202e127.0.0.1/",
    "https://\u200blocalhost/",
    "https://\ufefflocalhost/",
    "https://lo\u0441alhost/",
    "https://xn--localhost-/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://LocalHost./",
    "https://localhost../",
    "https://.localhost/",
    "https://localhost.localdomain/",
    "https://private.example/",
    "https://private.example./",
    "https://PRIVATE.example/",
    "https://mixed.example/",
    "https://mixed-six.example/",
    "https://metadata.example/",
    "https://nowhere.example/",
    "https://empty.example/",
    "https://nothing.example/",
    "https://[::1]/",
    "https://[::1%25lo]/",
    "https://[::1%lo]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://::1/",
    "https://[127.0.0.1]/",
    "https://[v1.127.0.0.1]/",
    "https://[::1].public.example/",
    "https://[localhost]/",
    "https://public.example:22/",
    "https://public.example:80/",
    "https://public.example:8443/",
    "https://public.example:6379/",
    "https://public.example:0/",
    "https://public.example:65536/",
    "https://public.example:99999999/",
    "https://public.example:-1/",
    "https://public.example:+443/",
    "https://public.example:443:443/",
    "https://public.example:4 43/",
    "https://public.example:٤٤٣/",
    "https://public.example:0x1bb/",
    "http://public.example/",
    "http://public.example:443/",
    "http://1.1.1.1/",
    "HTTP://public.example/",
    "http://127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/",
    "http://localhost/",
    "file:///etc/passwd",
    "file://public.example/etc/passwd",
    "ftp://public.example/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stats",
    "ldap://127.0.0.1/",
    "unix:///var/run/docker.sock",
    "http+unix://%2fvar%2frun%2fdocker.sock/",
    "ws://public.example/",
    "wss://public.example/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "jar:https://public.example!/",
    "//public.example/",
    "//127.0.0.1/",
    "public.example",
    "127.0.0.1",
    "/v1/models",
    "",
    " ",
    " https://127.0.0.1/",
    "https://",
    "https:///",
    "https://?x",
    "https://#x",
    "https://.",
    "https://../",
    "https://-",
    "https://a..example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
    "https://public.example/" + "x" * 70_000,
    "https://xn--/",
    "https://xn--a/",
    "https://*/",
    "https://public_example'/",
    "https://$(hostname)/",
    "https://{host}/",
)
