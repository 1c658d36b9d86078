/** A report on a mail. */
export interface Report {
  readonly messageId: string;
  readonly to?: string;
  readonly action?: string;
  readonly status?: string;
}

/** A report as mail servers send it (RFC 3464). */
export function report({
  messageId,
  to = "mari.tamm@example.edu",
  action = "failed",
  status = "5.1.1",
}: Report): string {
  return [
    "From: Mail Delivery System <mailer-daemon@mx.example.edu>",
    "To: bounces@rsvp.example.org",
    "Subject: Undelivered Mail Returned to Sender",
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="r1"',
    "",
    "--r1",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    "I'm sorry to have to inform you",
    "--r1",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.edu",
    "",
    `Final-Recipient: rfc822; ${to}`,
    `Action: ${action}`,
    `Status: ${status}`,
    "Diagnostic-Code: smtp; 550 5.1.1 <mari.tamm@example.edu>: unknown",
    "    user",
    "--r1",
    "Content-Type: text/rfc822-headers",
    "",
    "Subject: x",
    `Message-ID: <${messageId}>`,
    "--r1--",
    "",
  ].join("\r\n");
}
