/** Authentication-Results fields that strangers write in a server's name: each says that a domain is proven. */

/** As servers write them: these are for the server to take out. */
export function plainForgeries(authservId: string, domain: string): Readonly<Record<string, string>> {
  const good = `dmarc=pass header.from=${domain}`;
  return {
    plain: `${authservId}; ${good}`,
    "in capitals": `${authservId.toUpperCase()}; ${good}`,
    "with a version": `${authservId} 1; ${good}`,
    "with a comment": `${authservId} (x); ${good} (a (b) c)`,
    folded: `${authservId}\r\n\t;\r\n ${good}`,
    "with many results": `${authservId}; ${"a=pass; ".repeat(40)}${good}`,
    "with many properties": `${authservId}; dmarc=pass ${"header.x=1 ".repeat(40)}header.from=${domain}`,
    "with an unknown result": `${authservId}; x=zzz; ${good}`,
    "with a method's version": `${authservId}; dmarc/1=pass header.from=${domain}`,
  };
}

/** As no server writes them, so that one of the two readers, the server and the service, may read them and the other not. */
export function oddForgeries(authservId: string, domain: string): Readonly<Record<string, string>> {
  const from = `header.from=${domain}`;
  const good = `dmarc=pass ${from}`;
  return {
    "with a byte order mark before the name": `\uFEFF${authservId}; ${good}`,
    "with a no-break space before the name": `\u00A0${authservId}; ${good}`,
    "with a thin space before the name": `\u2009${authservId}; ${good}`,
    "with a zero-width space in the name": `${authservId.slice(0, 2)}\u200B${authservId.slice(2)}; ${good}`,
    "with wide letters in the name": `\uFF4D${authservId.slice(1)}; ${good}`,
    "with a no-break space behind the name": `${authservId}\u00A0; ${good}`,
    "with a vertical tab": `\v${authservId}; ${good}`,
    "with a form feed": `${authservId}\f; ${good}`,
    "with a comment before the name": `(x) ${authservId}; ${good}`,
    "with a semicolon in a comment before the name": `(;) ${authservId}; ${good}`,
    "with a quoted name": `"${authservId}"; ${good}`,
    "with another version": `${authservId} 2; ${good}`,
    "with an unknown ptype": `${authservId}; dmarc=pass foo.bar=1 ${from}`,
    "with a word alone": `${authservId}; dmarc=pass xx ${from}`,
    "with a semicolon at the end": `${authservId}; ${good};`,
    "with an empty result": `${authservId};; ${good}`,
    "with none before it": `${authservId}; none; ${good}`,
    "with no method": `${authservId}; =x; ${good}`,
    "with a letter beyond ASCII": `${authservId}; dmarc=pass header.x=õ ${from}`,
    "with a property of two dots": `${authservId}; dmarc=pass header.a.b=1 ${from}`,
    "with a quoted result": `${authservId}; dmarc="pass" header.from="${domain}"`,
    "with an odd mark": `${authservId}; dmarc=pass @ ${from}`,
    "with brackets": `${authservId}; dmarc=pass [x] ${from}`,
    "with an empty property": `${authservId}; dmarc=pass header.x= ${from}`,
    "with a value that ends with a dot": `${authservId}; x=pass header.x=a.; ${good}`,
    "with a value that begins with a dot": `${authservId}; dmarc=pass header.x=.a ${from}`,
    "with two dots in a value": `${authservId}; dmarc=pass header.x=a..b ${from}`,
    "with a parenthesis in quotes": `${authservId}; x=pass header.x="("; ${good}`,
    "with a backslash": `${authservId}; dmarc=pass reason="\\"" ${from}`,
    "with a reason that has a dot": `${authservId}; dmarc=pass reason=a.b ${from}`,
    "with a reason behind a property": `${authservId}; dmarc=pass header.x=1 reason=a ${from}`,
    "with a comment in a property": `${authservId}; dmarc=pass header(x).from=${domain}`,
    "with a comment left open": `${authservId}; ${good} (x`,
    "with a quote left open": `${authservId}; spf=fail smtp.mailfrom="a ; ${good}`,
    "that is too long": `${authservId}; dmarc=pass reason="${"a".repeat(5000)}" ${from}`,
    "of too many pieces": `${authservId}; ${"a=b; ".repeat(400)}${good}`,
  };
}
