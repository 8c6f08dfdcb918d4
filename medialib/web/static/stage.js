// What plays on this page, whatever page it has become: shared by the scripts of all pages.

export const stage = {
  player: null, // the lesson's Player, once it was started
  spared: 0, // bits per second that a picture takes for which there is too little network: the sound stands in for it
  go: null, // leads to another page without ending what plays
};
