import { parseXml, type XmlElement } from "../../caldav/xml.ts";
import { AppError } from "../../errors.ts";
import type { PageContext } from "../env.ts";
import { readRequestText } from "../request/body.ts";

/** The most bytes of any body: an event with pictures in it is no answer, and a REPORT names at most some thousand objects. */
export const maxBodyBytes = 1024 * 1024;

/**
 * Reads the XML body of a request: its root element; null for an empty body. Throws `too_large`, and `bad_input` for what is
 * no whole well-formed document, has a document type, or serves only to cost.
 */
export async function readXmlBody(c: PageContext): Promise<XmlElement | null> {
  const text = await readRequestText(c, maxBodyBytes);
  if (text.trim() === "") return null;
  const root = parseXml(text);
  if (root === null) throw new AppError("bad_input", "the body is no XML document without a document type");
  return root;
}
