/** Games for programs in other languages, over stdin and stdout. */
export { serveGames, type ServeOptions } from "./serve.ts";
