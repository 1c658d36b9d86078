import type { FC } from "hono/jsx";
import type { Language } from "../../../calendar/profile.ts";
import type { LoginErrors } from "../connect-input.ts";
import { fieldErrorText } from "./field-error.tsx";
import { Input } from "./field.tsx";
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
