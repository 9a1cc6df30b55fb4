import { signIn } from "/js/api.js";
import { copyOf, setText } from "/js/dom.js";
import { sentence } from "/js/format.js";

/** Asks for the API key; the server then knows this browser by a cookie that no script can read. */
export class SignIn {
  /** @param onSignedIn called when the server has taken the key */
  constructor(onSignedIn) {
    const { root, parts } = copyOf("sign-in-view");
    this.root = root;
    this.title = "Sign in – FastWhisper";
    this.firstField = parts.key;
    root.addEventListener("submit", async (event) => {
      event.preventDefault();
      setText(parts.error, "");
      try {
        await signIn(parts.key.value);
        onSignedIn();
      } catch (error) {
        setText(parts.error, error.status === 401 || error.status === 403 ? "That is not the key of this server." : sentence(error.message));
        parts.key.select();
      }
    });
  }

  close() {}
}
