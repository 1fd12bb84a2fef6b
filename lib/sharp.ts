type Sharp = typeof import("sharp").default;

let loaded: Promise<Sharp> | undefined;

/**
 * sharp, loaded when the first picture is scaled or drawn: most commands, and
 * games whose pixels come from the page, need none, and it takes 30 MB and a
 * tenth of a second. What makes its pictures after hours loads it at its start:
 * where it is missing, that is said before them.
 *
 * @throws Error of sharp's own, with what to install.
 */
export function loadSharp(): Promise<Sharp> {
  return loaded ??= load();
}

async function load(): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  // Pictures change with every call: a cache would only take memory.
  sharp.cache(false);
  return sharp;
}
