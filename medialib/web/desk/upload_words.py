"""The sentences that the upload page's script shows, in the language of the page."""

from medialib.errors import N_
from medialib.web.i18n import gettext

_WORDS = {
    "files": N_("{n} files: fill in the details while they are on their way"),
    "filesOnly": N_("{n} files"),
    "waiting": N_("Waits its turn"),
    "sending": N_("On its way"),
    "paused": N_("Paused"),
    "offline": N_("No network"),
    "elsewhere": N_("Sent from elsewhere"),
    "unfinished": N_("Not all here yet"),
    "checking": N_("Being looked at"),
    "ready": N_("Can be watched now"),
    "readyAudio": N_("Can be listened to now"),
    "exchanged": N_("Has taken its place"),
    "failed": N_("Did not work"),
    "duplicate": N_("Here already"),
    "pause": N_("Pause for now"),
    "goOn": N_("Go on"),
    "choose": N_("Choose the file"),
    "exchange": N_("Take another file"),
    "watch": N_("Watch it"),
    "listen": N_("Listen to it"),
    "open": N_("Open that lesson"),
    "again": N_("Try again"),
    "signIn": N_("Sign in"),
    "speed": N_("{size} per second"),
    "secondsLeft": N_("less than a minute left"),
    "minutesLeft": N_("{n} min left"),
    "hoursLeft": N_("{n} h left"),
    "offlineTells": N_("The network is gone. It goes on by itself as soon as it is back; nothing is lost."),
    "busyTells": N_("The server does not answer for a moment. It goes on by itself."),
    "unfinishedTells": N_("{size} are still missing. Choose the same file once more, and it goes on from there."),
    "elsewhereTells": N_("Another page or device is sending it."),
    "elsewhereWaits": N_("Another page or device is sending it. Should that stop, it goes on from here."),
    "checkingTells": N_("All of it is here. In a few seconds it can be watched."),
    "makingTells": N_("More sizes are still being made: no need to wait, fill in the details."),
    "readyTells": N_("All sizes are made."),
    "exchangedTells": N_(
        "“{title}” plays this recording from now on. The one before is kept for some weeks, and can be brought back "
        "from the page of the lesson."
    ),
    "duplicateTells": N_("This file is the lesson “{title}” already. It was not stored a second time."),
    "hereTells": N_("You have sent this file already: it is the lesson “{title}”. It need not be sent again."),
    "sameTells": N_("“{name}” and “{other}” are one and the same file: it is sent once."),
    "sharedTells": N_(
        "“{name}” is on its way from another page already (unit: {unit}). One file makes one lesson: what is typed "
        "here is about the same one."
    ),
    "otherFile": N_("That is another file than “{name}”. Please choose the one that you began with."),
    "unreadable": N_("This file cannot be read any more. Please choose it again."),
    "gone": N_("This upload was cancelled, or lay untouched for too long. Please choose the file again."),
    "signedOut": N_("You are no longer signed in. What arrived is kept: sign in, and go on."),
    "cancelled": N_("“{name}” was cancelled."),
    "returned": N_("Returned"),
    "queued": N_("queued"),
    "saved": N_("All saved"),
    "saving": N_("Saving …"),
    "savedHere": N_("No network: kept on this device until it is back"),
    "submit": N_("Send for review"),
    "withdraw": N_("Do not send it yet"),
    "submitsLater": N_("Will be sent for review as soon as all of it is here."),
    "submitted": N_("Waits for review"),
    "published": N_("Published"),
    "archived": N_("Taken down"),
    "untitled": N_("Please give it a title first."),
}


def sentences() -> dict[str, str]:
    return {key: gettext(sentence) for key, sentence in _WORDS.items()}
