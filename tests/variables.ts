/**
 * Sets variables of the environment until they are disposed of.
 *
 * @param variables undefined: without this one
 */
export function setVariables(
  variables: Record<string, string | undefined>,
): Disposable {
  const before = Object.keys(variables)
    .map((name) => [name, Deno.env.get(name)] as const);
  const set = (values: Iterable<readonly [string, string | undefined]>) => {
    for (const [name, value] of values) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
  set(Object.entries(variables));
  return { [Symbol.dispose]: () => set(before) };
}
