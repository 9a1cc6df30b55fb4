// Puts the page together: which view an address shows, signing in and out, the notice about the model.
import { announce } from "/js/announce.js";
import { getSession, getSystem, signOut, whenSignInIsNeeded } from "/js/api.js";
import { Composer } from "/js/composer.js";
import { JobView } from "/js/job-view.js";
import { JobsView } from "/js/jobs-view.js";
import { Message } from "/js/message.js";
import { showModel } from "/js/model-notice.js";
import { routeOf, startRouter } from "/js/router.js";
import { SignIn } from "/js/sign-in.js";

const VIEWS = {
  compose: () => new Composer(),
  jobs: () => new JobsView(),
  job: ({ id }) => new JobView(id, showMessage),
  unknown: () => new Message("There is nothing here", "This address is not one of the page's."),
};
const main = document.getElementById("main");
let view = null;

function show(next) {
  view?.close();
  view = next;
  main.replaceChildren(next.root);
  document.title = next.title;
  scrollTo(0, 0);
}

function showRoute(route) {
  const first = view === null;
  show(VIEWS[route.name](route));
  for (const link of document.querySelectorAll("[data-nav]")) {
    if (link.dataset.nav === route.name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // A screen reader learns of the new view as it would of a new page.
  if (!first) {
    main.focus({ preventScroll: true });
    announce(document.title, "view");
  }
}

function showMessage(title, text, again) {
  show(new Message(title, text, again));
}

function showSignIn() {
  if (view instanceof SignIn) return;
  const form = new SignIn(() => {
    askServer();
    showRoute(routeOf(location.hash));
  });
  show(form);
  signOutButton.hidden = true;
  form.firstField.focus();
}

const signOutButton = document.getElementById("sign-out");
signOutButton.addEventListener("click", async () => {
  await signOut();
  showSignIn();
});

/** What does not depend on the view: whether one can sign out, and which model is in use. */
async function askServer() {
  try {
    const session = await getSession();
    signOutButton.hidden = !(session.keyRequired && session.signedIn);
    if (session.signedIn || !session.keyRequired) showModel((await getSystem()).model);
  } catch {
    // The view tells that the server cannot be reached, and a job tells its model itself.
  }
}

// A file that is dropped beside the place for it must not take the page's place.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
// What follows the # is the view's address, so the link to the content cannot be one.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
whenSignInIsNeeded(showSignIn);
startRouter(showRoute);
askServer();
