"""The older way to declare providers: one plain list.

Run this file, or name it to `modeldesk populate`. Either way the list is read from the syntax tree: it stays literal, no names, no calls.
"""

providers_data = [
    {
        "name": "OpenAI",
        "slug": "openai",
        "display_name": "OpenAI (ChatGPT, DALL-E)",
        "website": "https://openai.com",
        "api_base_url": "https://api.openai.com/v1",
        "description": "مدل‌های GPT برای گفتگو و محتوا، GPT Image برای تصویر، و تبدیل گفتار و متن به یکدیگر",
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "is_active": True,
        "sort_order": 2,
    },
    {
        "name": "Google",
        "slug": "google",
        "display_name": "Google Gemini",
        "website": "https://ai.google.dev",
        "api_base_url": "https://generativelanguage.googleapis.com/v1beta",
        "description": "مدل‌های Gemini، تصویرسازی با Nano Banana و مدل‌های باز Gemma",
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "is_active": True,
        "sort_order": 3,
    },
    {
        "name": "DeepSeek",
        "slug": "deepseek",
        "display_name": "DeepSeek",
        "website": "https://www.deepseek.com",
        "api_base_url": "https://api.deepseek.com",
        "description": "مدل‌های استدلالی DeepSeek V4 با پنجره‌ی یک میلیون توکن",
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "is_active": True,
        "sort_order": 4,
    },
    {
        "name": "OpenRouter",
        "slug": "openrouter",
        "display_name": "OpenRouter (60+ Providers)",
        "website": "https://openrouter.ai",
        "api_base_url": "https://openrouter.ai/api/v1",
        "description": "بیش از ۴۰۰ مدل از بیش از ۶۰ ارائه‌دهنده، با یک کلید API",
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "is_active": True,
        "sort_order": 1,
    },
    {
        "name": "Groq",
        "slug": "groq",
        "display_name": "Groq",
        "website": "https://groq.com",
        "api_base_url": "https://api.groq.com/openai/v1",
        "description": "اجرای بسیار سریع مدل‌های باز",
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "is_active": True,
        "sort_order": 5,
    },
    {
        "name": "Hugging Face",
        "slug": "huggingface",
        "display_name": "Hugging Face",
        "website": "https://huggingface.co",
        "description": "هزاران مدل باز برای متن، تصویر و صدا",
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "is_active": True,
        "sort_order": 6,
    },
    {
        "name": "Anthropic",
        "slug": "anthropic",
        "display_name": "Anthropic Claude",
        "website": "https://www.anthropic.com",
        "api_base_url": "https://api.anthropic.com/v1",
        "description": "Claude Opus، Sonnet و Haiku - بهترین برای کدنویسی و تحلیل",
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "is_active": True,
        "sort_order": 7,
    },
    {
        "name": "Cohere",
        "slug": "cohere",
        "display_name": "Cohere AI",
        "api_base_url": "https://api.cohere.com/v1",
        "sort_order": 8,
    },
]

if __name__ == "__main__":
    from modeldesk.entrypoints.cli import main

    main(["populate", __file__])
