// Sheets of pages that have no player: passing a list on.

import { bindDialogs, bindShare } from "./share.js";

export function start(root, signal) {
  bindDialogs(root, signal);
  bindShare(null, root, signal);
}
