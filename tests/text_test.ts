import { assertEquals } from "@std/assert";
import {
  cappedText,
  duration,
  escapeXml,
  figureText,
  intervalText,
  percent,
  scoresText,
  signedPoints,
  sizeText,
  withInterval,
} from "../lib/text.ts";

Deno.test("a figure is told with its interval, or without one", () => {
  assertEquals(figureText(1234.4, [700, 1910]), "1,234 (95 %: 700 to 1,910)");
  assertEquals(figureText(1234.4, null), "1,234");
  assertEquals(figureText(12, [-3, 30], signedPoints), "+12 (95 %: -3 to +30)");
  assertEquals(withInterval(0.5, [0.125, 1], percent), "50 % (13 % to 100 %)");
  assertEquals(intervalText(null), "–");
  assertEquals([0, 0.004, 0.005, 0.994, 0.996, 1].map(percent), [
    ...["0 %", "<1 %", "1 %", "99 %", ">99 %", "100 %"],
  ]);
});

Deno.test("cappedText() counts the games that were ended", () => {
  assertEquals(
    cappedText({ episodes: 20, capped: 0.9, cap: 1000 }),
    "18 of 20 games ended at the cap of 1,000 points",
  );
  assertEquals(
    cappedText({ episodes: 20, capped: 0, cap: 4000 }),
    "no game reached the cap of 4,000 points",
  );
  assertEquals(
    scoresText({
      atMost: false,
      ...{ episodes: 4, capped: 0, cap: 200 },
      ...{ mean: 51.4, min: 48, max: 55 },
    }),
    "mean 51 of 4 games (48 to 55), no game reached the cap of 200 points",
  );
});

Deno.test("sizes are in powers of ten", () => {
  assertEquals([274_400_000, 3.44e9].map(sizeText), ["274 MB", "3.4 GB"]);
});

Deno.test("escapeXml() leaves nothing that XML or HTML would read", () => {
  assertEquals(
    escapeXml(`<a href="x" title='y'>&</a>`),
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;",
  );
});

Deno.test("duration() gives minutes and seconds, and hours where there are any", () => {
  assertEquals(
    [0, 9.6, 59.7, 3599, 3600, 360_000].map(duration),
    ["0:00", "0:10", "1:00", "59:59", "1:00:00", "100:00:00"],
  );
});
