// Follows a desk with OpenFeature's provider for browsers: prints a line of JSON for what it sees at the start, and for each change.
//   node follow.mjs URL TOKEN sse|polling [POLL-MILLISECONDS]
import { EventSource } from "eventsource";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";

globalThis.EventSource = EventSource; // browsers have it
const [url, token, changeDetection, pollInterval = "0"] = process.argv.slice(2);
const statuses = [];
const provider = new OFREPWebProvider({
  baseUrl: url,
  headers: [["Authorization", `Bearer ${token}`]],
  changeDetection,
  pollInterval: Number(pollInterval),
  cacheMode: "disabled",
  fetchImplementation: async (...asked) => {
    const answer = await fetch(...asked);
    statuses.push(answer.status);
    if ([304, 429].includes(answer.status)) print("answered", { status: answer.status, retryAfter: answer.headers.get("retry-after") });
    return answer;
  },
});
const client = OpenFeature.getClient();

function print(step, seen) {
  console.log(JSON.stringify({ step, ...seen }));
}

function look() {
  const use = client.getStringDetails("support-chat", "mine");
  const unknown = client.getStringDetails("nothing", "mine");
  const whole = client.getObjectValue("support-chat.object", {});
  return { value: use.value, reason: use.reason, unknown: [unknown.value, unknown.errorCode], model: whole.model_id ?? null, statuses: [...statuses] };
}

client.addHandler(ProviderEvents.ConfigurationChanged, () => print("changed", look()));
await OpenFeature.setProviderAndWait(provider);
print("ready", look());
