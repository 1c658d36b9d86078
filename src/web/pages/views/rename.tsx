import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import { texts } from "../../../text/index.ts";
import { nonceField } from "../../request/forms.ts";
import { Input } from "./parts/field.tsx";

interface RenameProps {
  readonly language: Language;
  readonly nonce: string;
  /** Address of the form. */
  readonly action: string;
  readonly name: string;
  readonly help: string;
  /** True when the form was sent without a name that may be taken. */
  readonly wrong: boolean;
}

/** A name, changed in place. */
export const Rename: FC<RenameProps> = ({ language, nonce, action, name, help, wrong }) => (
  <details class="rename" open={wrong}>
    <summary>{texts[language].feed.rename}</summary>
    <form method="post" action={action} novalidate>
      <input type="hidden" name={nonceField} value={nonce} />
      <Input
        name="name"
        label={texts[language].feedForm.name}
        help={help}
        value={name}
        fault={wrong ? texts[language].feedForm.fault.name : undefined}
        required
      />
      <div class="actions">
        <button class="second">{texts[language].feedForm.save}</button>
      </div>
    </form>
  </details>
);
