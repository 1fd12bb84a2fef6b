/** Games for programs in other languages, over stdin and stdout. */
export { serveGames } from "./serve.ts";
