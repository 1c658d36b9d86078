import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import { nonceField } from "../../request/forms.ts";
import { Input, Note } from "./parts/field.tsx";
import { texts } from "../../../text/index.ts";

export interface SignInProps {
  readonly language: Language;
  readonly site: string;
  /** Error of the sent form; "" for none. */
  readonly fault: string;
  readonly next: string;
  readonly nonce: string;
  readonly logins: readonly { readonly provider: string; readonly label: string }[];
  /** True when the page may ask for a token. */
  readonly safe: boolean;
  /** The page in Waldur where the token is; "" where that is not known. */
  readonly tokenPage: string;
  /** True when the Waldur is made up. */
  readonly sample: boolean;
}

export const SignInView: FC<SignInProps> = ({
  language,
  site,
  fault,
  next,
  nonce,
  logins,
  safe,
  tokenPage,
  sample,
}) => {
  const words = texts[language].signIn;
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      <p>{words.about(site)}</p>
      {!safe && <Note tone="bad">{words.insecure}</Note>}
      {safe && (
        <form method="post" action="/sign-in" class="card" novalidate>
          <input type="hidden" name={nonceField} value={nonce} />
          <input type="hidden" name="next" value={next} />
          <Input
            name="token"
            label={words.token}
            help={sample ? `${words.tokenHelp} ${words.sample}` : words.tokenHelp}
            fault={fault}
            value=""
            type="password"
            required
          />
          {tokenPage !== "" && (
            <p>
              <a href={tokenPage} rel="noreferrer" target="_blank">
                {words.tokenPage}
              </a>
            </p>
          )}
          <div class="actions">
            <button>{words.submit}</button>
          </div>
        </form>
      )}
      {safe && logins.length > 0 && (
        <p class="actions">
          {words.or}{" "}
          {logins.map(({ provider, label }) => (
            <a class="button second" href={`/sign-in/waldur/${provider}`}>
              {words.waldur(isolate(label))}
            </a>
          ))}
        </p>
      )}
      <p class="quiet">{words.kept}</p>
      <p class="quiet">{words.lasting}</p>
    </div>
  );
};

export const ContinueView: FC<{ language: Language; name: string; nonce: string }> = ({ language, name, nonce }) => {
  const words = texts[language].signIn;
  return (
    <div class="narrow">
      <h1>{words.youAre(name)}</h1>
      <p>{words.goOn}</p>
      <form method="post" action="/sign-in/continue">
        <input type="hidden" name={nonceField} value={nonce} />
        <div class="actions">
          <button name="me" value="yes">
            {words.continue}
          </button>
          <button class="second" name="me" value="no">
            {words.notMe}
          </button>
        </div>
      </form>
    </div>
  );
};
