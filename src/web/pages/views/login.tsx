import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import type { LoginErrors } from "../connect/input.ts";
import { faultSentence, fieldErrorText } from "./parts/field-error.tsx";
import { Faults, Input } from "./parts/field.tsx";
import { texts } from "../../../text/index.ts";

/** The user name and password of a calendar's server. The password comes back empty. */
export const Login: FC<{ language: Language; username: string; faults: LoginErrors; help: string }> = (props) => {
  const { language, username, faults, help } = props;
  const words = texts[language].connect;
  return (
    <>
      <Input
        name="username"
        label={words.username}
        value={username}
        autocomplete="username"
        fault={fieldErrorText(faults.username, language)}
        required
      />
      <Input
        name="password"
        label={words.password}
        help={help}
        value=""
        type="password"
        fault={fieldErrorText(faults.password, language)}
        required
      />
    </>
  );
};

/** The list of what is wrong with them, above their form. */
export const LoginFaults: FC<{ language: Language; faults: LoginErrors }> = ({ language, faults }) => {
  const words = texts[language].connect;
  return (
    <Faults
      title={words.faults}
      fields={[
        ["username", words.username, faultSentence(faults.username, language)],
        ["password", words.password, faultSentence(faults.password, language)],
      ]}
    />
  );
};
