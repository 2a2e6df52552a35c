// The one script of agents' pages: names every behaviour, then starts them.
import { start } from "./behaviour.js";
import "./behaviours/aside.js";
import "./behaviours/autosubmit.js";
import "./behaviours/board.js";
import "./behaviours/composer.js";
import "./behaviours/copy.js";
import "./behaviours/dialog.js";
import "./behaviours/drafts.js";
import "./behaviours/drop.js";
import "./behaviours/due.js";
import "./behaviours/errors.js";
import "./behaviours/insert.js";
import "./behaviours/keys.js";
import "./behaviours/langs.js";
import "./behaviours/lightbox.js";
import "./behaviours/live.js";
import "./behaviours/menu.js";
import "./behaviours/palette.js";
import "./behaviours/panes.js";
import "./behaviours/parts.js";
import "./behaviours/photos.js";
import "./behaviours/picture.js";
import "./behaviours/placeholders.js";
import "./behaviours/ready.js";
import "./behaviours/remember.js";
import "./behaviours/rows.js";
import "./behaviours/sift.js";
import "./behaviours/saver.js";
import "./behaviours/scan.js";
import "./behaviours/suggest.js";
import "./behaviours/sure.js";
import "./behaviours/theme.js";
import "./behaviours/timeline.js";
import "./behaviours/toast.js";

start();
document.documentElement.dataset.ready = "yes"; // the keys work from now on
