/** Who may ask the page's server. */
import { timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** What every answer says: nothing from elsewhere, nothing inline. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Whether only this machine can reach an address. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);

/** The name in `host:port`, without brackets. */
const nameIn = (host: string) =>
  host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1").toLowerCase();

/**
 * Lets in who asks for this machine by a name that is its own: a page elsewhere
 * whose name was made to lead here (DNS rebinding) asks for another. Other
 * origins are refused, and so is who has no token where one is needed. A tunnel
 * has another port than the server, so ports are not looked at.
 *
 * @param host the address that is listened on
 * @param token null: everybody on this machine may look
 */
export function guard(host: string, token: string | null): MiddlewareHandler {
  const own = new Set([host, Deno.hostname()].map(nameIn));
  const isOwn = (name: string) =>
    isLoopback(name) || own.has(name) || (token !== null && isIP(name) !== 0);
  return async (context, next) => {
    const asked = context.req.header("host") ?? "";
    const origin = context.req.header("origin");
    const foreign = origin !== undefined &&
      !(URL.canParse(origin) && new URL(origin).host === asked);
    if (!isOwn(nameIn(asked)) || foreign) {
      return context.text("This page is not for other sites.\n", 403);
    }
    if (token !== null) {
      const given = context.req.query("token");
      if (!same(given ?? getCookie(context, "dino-watch"), token)) {
        return context.text(
          "The address needs its token: open the one that was printed.\n",
          401,
        );
      }
      if (given !== undefined) {
        setCookie(context, "dino-watch", token, {
          ...{ httpOnly: true, sameSite: "Strict", path: "/" },
        });
      }
    }
    await next();
    const { status, headers } = context.res;
    // An upgraded connection has no headers of ours.
    if (status === 101) return undefined;
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!headers.has(name)) context.header(name, value);
    }
    return undefined;
  };
}

function same(given: string | undefined, wanted: string): boolean {
  const [a, b] = [given ?? "", wanted].map((text) =>
    new TextEncoder().encode(text)
  );
  return a!.length === b!.length && timingSafeEqual(a!, b!);
}
