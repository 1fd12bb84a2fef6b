import { assertEquals, assertThrows } from "@std/assert";
import { decodeState, encodeState } from "../../lib/agent/mod.ts";
import { CheckpointError } from "../../lib/errors.ts";

const tensor = (value: number) => [{
  name: "output/bias",
  shape: [2],
  data: Float32Array.of(value, -value),
}];
const described = [{ name: "output/bias", shape: [2] }];
const STATE = {
  updates: 7,
  sets: {
    secondMoments: tensor(5),
    average: tensor(3),
    online: tensor(1),
    firstMoments: tensor(4),
    target: tensor(2),
  },
};

Deno.test("encodeState() writes the sets in the order of all files so far", () => {
  const { specs, bytes } = encodeState(STATE);
  assertEquals(
    JSON.stringify(specs),
    JSON.stringify({
      updates: 7,
      tensors: {
        online: described,
        target: described,
        average: described,
        firstMoments: described,
        secondMoments: described,
      },
    }),
  );
  assertEquals(
    [...new Float32Array(bytes.buffer)],
    [1, -1, 2, -2, 3, -3, 4, -4, 5, -5],
  );
});

Deno.test("decodeState() gives back what was encoded, with an average or without", () => {
  const { average: _, ...sets } = STATE.sets;
  for (const state of [STATE, { ...STATE, sets }]) {
    const { specs, bytes } = encodeState(state);
    assertEquals(decodeState(JSON.parse(JSON.stringify(specs)), bytes), state);
    assertThrows(
      () => decodeState(specs, bytes.subarray(4)),
      CheckpointError,
      "bytes, but their description has",
    );
  }
});
