import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  AssertionError,
  assertLess,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

class OwnError extends Error {}
const throwOwn = () => {
  throw new OwnError("no such file");
};

/** Each assertion: what it accepts, and what it must refuse. */
const CASES: Record<string, { accepts: () => void; refuses: (() => void)[] }> =
  {
    assert: { accepts: () => assert("x"), refuses: [() => assert(0)] },
    assertEquals: {
      accepts: () => {
        assertEquals({ a: [1, NaN] }, { a: [1, NaN] });
        assertEquals(new Uint8Array([1]), new Uint8Array([1]));
        assertEquals(new Map([["a", 1]]), new Map([["a", 1]]));
      },
      refuses: [
        () => assertEquals<unknown>({ a: 1 }, { a: "1" }),
        () => assertEquals<unknown>([1], [1, 2]),
        () => assertEquals<unknown>(new Float32Array(1), new Float64Array(1)),
        () => assertEquals<unknown>(1, "1"),
      ],
    },
    assertNotEquals: {
      accepts: () => assertNotEquals([1], [2]),
      refuses: [() => assertNotEquals([1], [1])],
    },
    assertAlmostEquals: {
      accepts: () => {
        assertAlmostEquals(1, 1 + 5e-8);
        assertAlmostEquals(10, 11, 1);
        assertAlmostEquals(Infinity, Infinity);
      },
      refuses: [
        () => assertAlmostEquals(1, 1.001),
        () => assertAlmostEquals(10, 11.1, 1),
        () => assertAlmostEquals(NaN, 1),
      ],
    },
    assertGreater: {
      accepts: () => assertGreater(2, 1),
      refuses: [() => assertGreater(1, 1)],
    },
    assertLess: {
      accepts: () => assertLess(1, 2),
      refuses: [() => assertLess(1, 1), () => assertLess(NaN, 1)],
    },
    assertMatch: {
      accepts: () => assertMatch("abc", /b/),
      refuses: [() => assertMatch("abc", /x/)],
    },
    assertStringIncludes: {
      accepts: () => assertStringIncludes("abc", "bc"),
      refuses: [() => assertStringIncludes("abc", "bd")],
    },
    assertThrows: {
      accepts: () => {
        assertThrows(throwOwn);
        assertThrows(throwOwn, Error, "such");
      },
      refuses: [
        () => assertThrows(() => {}),
        () => assertThrows(throwOwn, TypeError),
        () => assertThrows(throwOwn, OwnError, "other words"),
      ],
    },
  };

for (const [name, { accepts, refuses }] of Object.entries(CASES)) {
  Deno.test(`${name} accepts and refuses as it should`, () => {
    accepts();
    for (const refused of refuses) {
      let thrown: unknown;
      try {
        refused();
      } catch (error) {
        thrown = error;
      }
      if (!(thrown instanceof AssertionError)) {
        throw new Error(`${refused} gave ${thrown}`);
      }
    }
  });
}

Deno.test("assertThrows and assertRejects give the error back", async () => {
  const thrown: OwnError = assertThrows(throwOwn, OwnError);
  assertEquals(thrown.message, "no such file");
  const rejected = await assertRejects(
    () => Promise.reject(new OwnError("gone")),
    OwnError,
    "gone",
  );
  assertEquals(rejected.message, "gone");
});

Deno.test("assertRejects refuses a promise that resolves", async () => {
  let thrown: unknown;
  try {
    await assertRejects(() => Promise.resolve(1));
  } catch (error) {
    thrown = error;
  }
  assert(thrown instanceof AssertionError);
});

Deno.test("assertions put the caller's words into their message", () => {
  const { message } = assertThrows(
    () => assertLess(2, 1, "the second is late"),
    AssertionError,
  );
  assertStringIncludes(message, "the second is late");
});
