import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import type {
  ShownWebhook,
  WebhookChoices,
  WebhookFault,
  WebhookProvider,
} from "../../../mail/webhook/choose-webhooks.ts";
import { type NoticeKind, noticeKinds } from "../../../store/mail/notice-kinds.ts";
import { mostWebhooks, webhookTemplates } from "../../../store/mail/webhooks.ts";
import { texts } from "../../../text/index.ts";
import { nonceField } from "../../request/forms.ts";
import { CopyField } from "./parts/copy-field.tsx";
import { type Choice, Choices, Input, Note, Select } from "./parts/field.tsx";

/** The form that adds a webhook, as it was sent, with what is wrong; null: nothing was sent. */
interface WebhookForm extends WebhookChoices {
  readonly fault: WebhookFault;
}

/** The outcome of what was just done with a webhook. */
type WebhookNote =
  | { readonly done: "added" | "removed" }
  | { readonly done: "tested"; readonly arrived: boolean; readonly answer: string };

export interface WebhooksProps {
  readonly language: Language;
  readonly nonce: string;
  readonly webhooks: readonly ShownWebhook[];
  /** Organisations to which a webhook may be narrowed. */
  readonly webhookProviders: readonly WebhookProvider[];
  readonly webhookForm: WebhookForm | null;
  readonly webhookNote: WebhookNote | null;
}

const firstKinds: readonly NoticeKind[] = ["request", "trouble", "decision"];

function kindLabel(language: Language, kind: NoticeKind): string {
  const words = texts[language].notices;
  return kind === "decision" ? words.webhooks.decision : words.kind[kind];
}

/** The chats and programs to which what somebody is told is posted. */
export const Webhooks: FC<WebhooksProps> = (props) => {
  const { language, nonce, webhooks, webhookProviders: providers, webhookNote: note } = props;
  const words = texts[language].notices.webhooks;
  return (
    <section class="card" id="webhooks" aria-labelledby="webhooks-title">
      <h2 id="webhooks-title">{words.title}</h2>
      {note !== null && note.done !== "tested" && <Note tone="good">{words[note.done]}</Note>}
      {note?.done === "tested" && (
        <Note tone={note.arrived ? "good" : "bad"}>{(note.arrived ? words.tested : words.notTested)(note.answer)}</Note>
      )}
      <p>{words.about}</p>
      <h3>{words.list}</h3>
      {webhooks.length === 0 && <p class="quiet">{words.none}</p>}
      <ul class="plain clients">
        {webhooks.map((webhook) => (
          <Webhook {...{ language, nonce, webhook, providers }} />
        ))}
      </ul>
      <NewWebhookForm {...props} />
    </section>
  );
};

interface WebhookProps {
  readonly language: Language;
  readonly nonce: string;
  readonly webhook: ShownWebhook;
  readonly providers: readonly WebhookProvider[];
}

const Webhook: FC<WebhookProps> = ({ language, nonce, webhook, providers }) => {
  const words = texts[language].notices.webhooks;
  const { id, template, kinds, providerUuid, place, ended } = webhook;
  const names = providers.filter(({ uuid }) => uuid === providerUuid).map(({ name }) => isolate(name));
  return (
    <li class="row">
      <span class="grow">
        <strong>{words.templates[template]}</strong> <span class="place">{place}</span>
        <br />
        {place === "" || ended ? (
          <span class="fault">{ended ? words.ended : words.unknown}</span>
        ) : (
          <span class="quiet">{[...names, ...kinds.map((kind) => kindLabel(language, kind))].join("; ")}</span>
        )}
      </span>
      {!ended && place !== "" && (
        <form method="post" action={`/notices/webhooks/${id}/test#webhooks`} class="inline">
          <input type="hidden" name={nonceField} value={nonce} />
          <button class="second small" aria-label={`${words.sendTest}: ${place}`}>
            {words.sendTest}
          </button>
        </form>
      )}
      <form method="post" action={`/notices/webhooks/${id}/remove`} class="inline">
        <input type="hidden" name={nonceField} value={nonce} />
        <button class="danger small" aria-label={`${words.remove}: ${place}`}>
          {words.remove}
        </button>
      </form>
    </li>
  );
};

const NewWebhookForm: FC<WebhooksProps> = ({ language, nonce, webhookProviders: providers, webhookForm: sent }) => {
  const words = texts[language].notices.webhooks;
  const fault = sent?.fault;
  const { many, ...sentences } = words.fault;
  const faultOf = (...faults: WebhookFault[]): string | undefined => {
    if (fault === undefined || !faults.includes(fault)) return undefined;
    return fault === "many" ? many(mostWebhooks) : sentences[fault];
  };
  return (
    <form method="post" action="/notices/webhooks#webhooks" novalidate>
      <input type="hidden" name={nonceField} value={nonce} />
      {fault === "many" && <Note tone="bad">{faultOf("many")}</Note>}
      <Select
        name="template"
        label={words.template}
        fault={faultOf("template")}
        value={sent?.template ?? "slack"}
        choices={webhookTemplates.map((template): Choice => [template, words.templates[template]])}
      />
      <Input
        name="url"
        label={words.address}
        help={words.addressHelp}
        fault={faultOf("address", "blocked", "topic")}
        value={sent?.url ?? ""}
      />
      <details>
        <summary>{words.whence}</summary>
        <ul>
          {words.hints.map((hint) => (
            <li>{hint}</li>
          ))}
        </ul>
      </details>
      <Choices
        name="posted"
        label={words.kinds}
        type="checkbox"
        fault={faultOf("kinds")}
        values={sent?.kinds ?? firstKinds}
        choices={noticeKinds.map((kind): Choice => [kind, kindLabel(language, kind)])}
      />
      {(providers.length > 1 || fault === "provider") && (
        <Select
          name="provider"
          label={words.provider}
          fault={faultOf("provider")}
          value={sent?.provider ?? ""}
          choices={[["", words.allProviders], ...providers.map(({ uuid, name }): Choice => [uuid, name])]}
        />
      )}
      <div class="actions">
        <button class="second">{words.add}</button>
      </div>
    </form>
  );
};

/** The secret of a new webhook, this once. */
export const NewWebhookView: FC<{ language: Language; secret: string }> = ({ language, secret }) => {
  const words = texts[language].notices.webhooks;
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      <section class="card">
        <Note tone="wait">{words.secretOnce}</Note>
        <p class="label" id="secret">
          {words.secret}
        </p>
        <CopyField language={language} labelledBy="secret" text={secret} />
      </section>
      <p>
        <a href="/notices#webhooks">{words.back}</a>
      </p>
    </div>
  );
};
