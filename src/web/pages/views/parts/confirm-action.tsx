import type { FC, PropsWithChildren } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import { nonceField } from "../../../request/forms.ts";
import { texts } from "../../../../text/index.ts";

interface ConfirmActionProps {
  readonly language: Language;
  readonly nonce: string;
  /** Address of the form. */
  readonly action: string;
  /** Name of the action, usable in an id. */
  readonly what: string;
  readonly label: string;
  readonly help: string;
  /** True when the form was sent without its tick. */
  readonly unsure: boolean;
  /** True when something else in it is wrong. */
  readonly open?: boolean;
}

/** An action that cannot be undone: it explains itself and asks for a tick. */
export const ConfirmAction: FC<PropsWithChildren<ConfirmActionProps>> = (props) => {
  const { language, nonce, action, what, label, help, unsure, open = false, children } = props;
  const words = texts[language].feed;
  return (
    <details open={unsure || open}>
      <summary>{label}</summary>
      <p>{help}</p>
      <form method="post" action={action}>
        <input type="hidden" name={nonceField} value={nonce} />
        {children}
        {unsure && (
          <p class="fault" id={`${what}-fault`}>
            {words.unconfirmed}
          </p>
        )}
        <label class="choice">
          <input
            type="checkbox"
            name="sure"
            value="yes"
            aria-invalid={unsure ? "true" : undefined}
            aria-describedby={unsure ? `${what}-fault` : undefined}
          />
          <span>{words.confirm}</span>
        </label>
        <div class="actions">
          <button class="danger">{label}</button>
        </div>
      </form>
    </details>
  );
};
