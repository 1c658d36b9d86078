import type { FC } from "hono/jsx";
import { encode } from "uqr";

/** A QR code: one path of horizontal runs, black on white in either colour scheme, as cameras want it. */
export const QrCode: FC<{ text: string; title: string }> = ({ text, title }) => {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const runs: string[] = [];
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < size;) {
      let length = 0;
      while (row[x + length] === true) length += 1;
      if (length > 0) runs.push(`M${x} ${y}h${length}v1h-${length}z`);
      x += length + 1;
    }
  }
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={title} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={runs.join("")} fill="#000" />
    </svg>
  );
};
