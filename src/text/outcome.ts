import { cleanName } from "../calendar/foreign-text.ts";
import type { Language } from "../calendar/profile.ts";
import type { BookingStatus } from "../calendar/status.ts";
import { isolate } from "../calendar/text.ts";
import type { Decision, DecisionRequest } from "../decision/decide.ts";
import { actsForProvider } from "../waldur/roles.ts";
import { texts } from "./index.ts";
import { personName } from "../account/person-name.ts";

/** Returns a decision in a sentence; `status` is what the booking waits for, null where that is not known. */
export function outcomeText(
  { result, booking, byOperator }: Decision,
  { action, account }: Pick<DecisionRequest, "action" | "account">,
  status: BookingStatus | null,
  language: Language,
): string {
  const { outcome, unnamed } = texts[language].decision;
  return outcome[result]({
    action,
    byOperator,
    own: booking !== null && booking.requesterUsername === account.username && !actsForProvider(account, booking),
    status,
    provider: isolate(cleanName(booking?.providerName ?? "")) || unnamed.provider,
    customer: isolate(cleanName(booking?.customerName ?? "")) || unnamed.customer,
    name: personName(account) || unnamed.account,
  });
}
