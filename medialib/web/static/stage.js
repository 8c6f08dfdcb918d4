// What plays on this page, whatever page it has become: shared by the scripts of all pages.

export const stage = {
  player: null, // the lesson's Player, once it was started
  go: null, // leads to another page without ending what plays
};
