import { assertEquals } from "@std/assert";
import {
  chooseRemovals,
  type Leaving,
} from "../../lib/retraining/retention.ts";

/** `night-1` of 10 bytes, unless told otherwise. */
function leaving(kind: Leaving["kind"], order: number, bytes = 10): Leaving {
  return { path: `${kind}-${order}`, kind, order, bytes };
}

const PLENTY = { nights: 100, evaluations: 100, bytes: Infinity };
const paths = (leavings: Leaving[]) => leavings.map(({ path }) => path);

Deno.test("chooseRemovals() removes nothing that is within the limits", () => {
  const leavings = [leaving("night", 1), leaving("damaged", 2)];
  assertEquals(chooseRemovals(leavings, PLENTY), []);
});

Deno.test("chooseRemovals() keeps the newest, by number and not by name", () => {
  const leavings = [9, 10, 11].flatMap((order) => [
    leaving("night", order),
    leaving("champion", order),
    leaving("evaluation", order),
    leaving("challenger", order),
  ]);
  const limits = { ...PLENTY, nights: 2, evaluations: 1 };
  assertEquals(paths(chooseRemovals(leavings, limits)), [
    ...["night-9", "champion-9", "evaluation-9", "evaluation-10"],
  ]);
});

Deno.test("chooseRemovals() removes the least dear first when there is too much", () => {
  const leavings = [
    leaving("champion", 1),
    leaving("night", 1),
    leaving("night", 2),
    leaving("challenger", 1),
    leaving("damaged", 1),
  ];
  const chosen = (bytes: number) =>
    paths(chooseRemovals(leavings, { ...PLENTY, bytes }));
  assertEquals(chosen(50), []);
  assertEquals(chosen(49), ["damaged-1"]);
  assertEquals(chosen(25), ["night-1", "challenger-1", "damaged-1"]);
  assertEquals(chosen(0).length, 5);
  assertEquals(chosen(-1).length, 5);
});
