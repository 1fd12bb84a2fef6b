import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../lib/errors.ts";
import { formatCsv, numberCell, parseCsv, requiredNumber } from "../lib/csv.ts";

Deno.test("parseCsv() reads lines by the header's names", () => {
  assertEquals(parseCsv("a,b\n1,2\n3,\n", "t.csv", ["a"]), [
    { a: "1", b: "2" },
    { a: "3", b: "" },
  ]);
});

Deno.test("parseCsv() reads what a spreadsheet has saved", () => {
  const rows = [{ step: "1", loss: "0.5" }, { step: "2", loss: "" }];
  for (
    const text of [
      "\uFEFFstep,loss\r\n1,0.5\r\n2,\r\n",
      "\uFEFFstep;loss\r\n1;0,5\r\n2;\r\n",
      "step;loss\n1;0.5\n2;\n",
      '"step","loss"\r\n"1","0.5"\r\n"2",""\r\n',
      "step\tloss\n1\t0,5\n2\t\n",
      "step,loss\r1,0.5\r2,\r",
      "step,loss\n1,0.5\n2,\n\n,\n \n",
      "step;loss\r\n1;0,5\r\n2;\r\n;\r\n\r\n",
    ]
  ) assertEquals(parseCsv(text, "t.csv", ["step"]), rows);
});

Deno.test("parseCsv() leaves out a last line that is still being written", () => {
  assertEquals(parseCsv("a,b\n1,2\n3,", "t.csv", ["a"]), [{ a: "1", b: "2" }]);
});

Deno.test("parseCsv() names the file and the line that is broken", () => {
  assertThrows(
    () => parseCsv("a,b\n1,2\n3\n4,5\n", "scores.csv", ["a"]),
    UsageError,
    'scores.csv, line 3: expected 2 values, but found 1 in "3"',
  );
  assertThrows(
    () => parseCsv("x,y\n", "scores.csv", ["score"]),
    UsageError,
    "scores.csv has no column score",
  );
  assertThrows(() => parseCsv("", "scores.csv", ["score"]), UsageError);
  const utf16 = new TextDecoder().decode(
    new Uint8Array(
      new Uint16Array([..."\uFEFFscore\n1\n"].map((c) => c.charCodeAt(0)))
        .buffer,
    ),
  );
  assertThrows(
    () => parseCsv(utf16, "scores.csv", ["score"]),
    UsageError,
    "scores.csv is not text in UTF-8",
  );
});

Deno.test("numberCell() tells an empty cell from one that is no number", () => {
  assertEquals(numberCell({ loss: "" }, "loss", "m.csv", 0), null);
  assertEquals(numberCell({ loss: "-1e-3" }, "loss", "m.csv", 0), -0.001);
  assertThrows(
    () => numberCell({ loss: "abc" }, "loss", "m.csv", 4),
    UsageError,
    'm.csv, line 6: loss must be a number, but is "abc"',
  );
  assertThrows(
    () => requiredNumber({ step: "" }, "step", "m.csv", 0),
    UsageError,
    "m.csv, line 2: step is empty",
  );
});

Deno.test("formatCsv() is read back by parseCsv()", () => {
  const text = formatCsv(["a", "b"], [[1, "x"], [2, ""]]);
  assertEquals(parseCsv(text, "t.csv", ["a", "b"]), [
    { a: "1", b: "x" },
    { a: "2", b: "" },
  ]);
});
