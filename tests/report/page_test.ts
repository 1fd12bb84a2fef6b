import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { evaluationText, pageHtml, reportFiles } from "../../lib/report/mod.ts";
import { exampleReport } from "../examples.ts";

Deno.test("pageHtml() takes texts for texts, not for HTML", () => {
  const html = pageHtml({
    title: "<script>alert(1)</script>",
    subtitle: 'a "b" & c',
    sections: [{ heading: "h", text: ["<img src=x>"], code: ["a < b"] }],
  });
  assert(!html.includes("<script>"));
  assert(!html.includes("<img src=x>"));
  assertStringIncludes(
    html,
    "<pre><span>a</span> <span>&lt;</span> <span>b</span></pre>",
  );
});

Deno.test("reportFiles() makes page, document, table and each chart twice", async () => {
  const evaluation = exampleReport();
  const files = await reportFiles({
    title: "example",
    subtitle: "",
    evaluation,
  });
  const names = Object.keys(files);
  for (const name of ["index.html", "report.json", "scores.csv"]) {
    assert(names.includes(name), name);
  }
  const svgs = names.filter((name) => name.endsWith(".svg"));
  assertEquals(svgs.length, 4);
  for (const svg of svgs) {
    assert(names.includes(svg.replace(".svg", ".png")), svg);
  }
  assertEquals(JSON.parse(files["report.json"] as string), evaluation);

  const lines = (files["scores.csv"] as string).trimEnd().split("\n");
  assertEquals(
    lines[0],
    "game,seed,score,frames,end,points_per_second,speed,obstacle,nothing,jump",
  );
  assertEquals(lines.length, 31);

  const html = files["index.html"] as string;
  // Beside each of the three headline figures, and in the charts.
  const capped = Math.round(evaluation.capped * evaluation.episodes);
  const sentence = `${capped} of 30 games ended at the cap of 2,000 points`;
  assert(html.split(sentence).length > 4, "capped games are not said");
  assertStringIncludes(html, "not measured here");
  // Nothing is loaded; sources and games can be followed.
  assertEquals(html.match(/src="(?!data:)[^"]*"/g), null);
  const ways = html.match(/href="(?!data:)[^"]*"/g)!;
  assert(ways.length > 0);
  assertEquals(
    ways.filter((way) => !/^href="https:\/\/github\.com\//.test(way)),
    [],
  );
});

Deno.test("evaluationText() has a line per player and says what was capped", () => {
  const text = evaluationText(exampleReport());
  assertStringIncludes(text, "\nexample ");
  assertStringIncludes(text, "\nno action ");
  assertStringIncludes(text, "ended at the cap of 2,000 points");
  assertMatch(
    text,
    /; [\d.]+ crashes in 100,000 points \(95 %: \d+ to \d+\)\./,
  );
});
