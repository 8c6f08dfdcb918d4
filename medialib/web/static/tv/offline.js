// What is kept plays before the picture would stand still, and until the channel is there again.

import { addressOf, kept } from "./keeping.js";
import { ask } from "./server.js";

// The channel is looked for after so long; after twice as long each time that it did not stay.
const AWAY_SECONDS = 15, LONGEST_AWAY_SECONDS = 300, STEADY_SECONDS = 300;
const OPENING_SECONDS = 45, SOON_SECONDS = 4, USED_UP_SECONDS = 0.5;

export function channelAddress(channel) { return "/channels/" + channel + ".m3u8"; }

export class Offline {
  constructor(player, state, page) {
    this.player = player;
    this.state = state; // {mode, channel, card, tuned}
    this.page = page; // {shown(card), tuned(channel), waits()}
    this.away = AWAY_SECONDS;
    this.back = this.changed = 0;
    setInterval(() => this.look(), 500);
    setInterval(() => this.seekNetwork(), 5000);
    addEventListener("online", () => { this.back = 0; this.seekNetwork(); });
  }

  // Before the picture stands still, a lesson is opened beside it; behind one that is kept the next.
  look() {
    const player = this.player;
    if (this.state.mode === "kept") {
      if (player.isEnding() && !player.isFollowed()) this.follow(() => undefined, true);
    } else if (player.isStarving()) {
      if (kept().length && !player.isFollowed()) this.follow(() => this.begin(), false);
      else if (player.inHand() < USED_UP_SECONDS) this.page.waits();
    }
  }

  // The player opens again what failed, in a moment; nobody looks at a picture that stands still as long as that.
  stuck(times) {
    if (this.state.mode === "kept") {
      if (Date.now() - this.changed > SOON_SECONDS * 1000) this.next();
    } else if (kept().length) this.play();
    else if (times > 1) this.page.waits();
  }

  play() {
    this.begin();
    this.next();
  }

  begin() {
    if (Date.now() - (this.state.tuned || 0) > STEADY_SECONDS * 1000) this.away = AWAY_SECONDS;
    this.state.mode = "kept";
    this.back = Date.now() + this.away * 1000;
    this.away = Math.min(2 * this.away, LONGEST_AWAY_SECONDS);
  }

  next() {
    const card = this.following();
    this.player.play(addressOf(card), 0, false);
    this.shown(card);
  }

  follow(begun, atEnd) {
    const card = this.following();
    this.player.follow(addressOf(card), 0, false, () => { begun(); this.shown(card); }, atEnd);
  }

  following() {
    const list = kept(), card = this.state.card, place = list.findIndex((one) => card && one.lesson === card.lesson);
    return list[(place + 1) % list.length];
  }

  shown(card) {
    this.changed = Date.now();
    this.page.shown(card);
  }

  // The channel is opened beside what is kept, and shown when it is there.
  seekNetwork() {
    const state = this.state, channel = state.channel;
    if (state.mode !== "kept" || !channel || Date.now() < this.back) return;
    this.back = Date.now() + AWAY_SECONDS * 1000;
    ask("/channels/" + channel + "/480.m3u8", { cache: "no-store" }).then((answer) => {
      if (!answer.ok || state.mode !== "kept") return;
      this.back = Date.now() + OPENING_SECONDS * 1000;
      this.player.follow(channelAddress(channel), 0, true, () => this.page.tuned(channel));
    }).catch(() => undefined);
  }
}
