import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import { nonceField } from "../../../request/forms.ts";
import { texts } from "../../../../text/index.ts";
import { CopyField } from "./copy-field.tsx";
import { Input, Note } from "./field.tsx";

/** The account with which a person's calendar programs sign in. */
export interface CalendarAccount {
  readonly address: string;
  readonly userName: string;
  /** The same person, for programs that do not take the user name. */
  readonly userId: string;
  /** False where a password would be sent unencrypted. */
  readonly safe: boolean;
  /** True for the operator, who has no app passwords. */
  readonly operator: boolean;
}

/** The address and the user name of an account. */
export const AccountFields: FC<{ language: Language; account: CalendarAccount }> = ({ language, account }) => {
  const words = texts[language].programs;
  return (
    <>
      <p class="label" id="account-address">
        {words.address}
      </p>
      <CopyField language={language} labelledBy="account-address" text={account.address} />
      <p class="label" id="account-user">
        {words.userName}
      </p>
      <CopyField language={language} labelledBy="account-user" text={account.userName} />
      {account.userName !== account.userId && <p class="quiet small">{words.otherName(account.userId)}</p>}
    </>
  );
};

/** The form that makes an app password. */
export const NewPassword: FC<{ language: Language; nonce: string; account: CalendarAccount; fault: boolean }> = ({
  language,
  nonce,
  account,
  fault,
}) => {
  const words = texts[language].programs;
  if (account.operator) return <Note tone="wait">{words.operator}</Note>;
  if (!account.safe) return <Note tone="bad">{words.plainHttp}</Note>;
  return (
    <form method="post" action="/programs">
      <input type="hidden" name={nonceField} value={nonce} />
      <h2>{words.make}</h2>
      <p>{words.makeHelp}</p>
      <Input
        name="program"
        label={words.name}
        help={words.nameHelp}
        fault={fault ? words.fault : undefined}
        value=""
        required
      />
      <div class="actions">
        <button name="do" value="show">
          {words.create}
        </button>
        <button class="second" name="do" value="profile">
          {words.profile}
        </button>
      </div>
      <p class="quiet small">{words.profileHelp}</p>
    </form>
  );
};
