/**
 * Draws a frame of the film onto the canvas of each clip, when it comes into view, one after the other: a second, silent
 * player goes to where the clip's first word is said. Where the film has no picture nothing is drawn.
 */
export class Thumbnails {
  #waiting = [];
  #busy = false;

  /**
   * @param film address of the film
   * @param pictures {canvas, atMs} of each clip
   */
  constructor(film, pictures) {
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.preload = "auto";
    this.video.src = film;
    this.video.addEventListener("seeked", () => this.#draw());
    this.video.addEventListener("loadeddata", () => this.#next());
    const byCanvas = new Map(pictures.map((picture) => [picture.canvas, picture]));
    this.observer = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        this.observer.unobserve(target);
        this.#waiting.push(byCanvas.get(target));
      }
      this.#next();
    });
    for (const { canvas } of pictures) this.observer.observe(canvas);
  }

  #next() {
    if (this.#busy || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !this.video.videoWidth) return;
    this.picture = this.#waiting.shift();
    if (!this.picture) return;
    this.#busy = true;
    this.video.currentTime = this.picture.atMs / 1000;
  }

  #draw() {
    const { canvas } = this.picture;
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.max(canvas.width / videoWidth, canvas.height / videoHeight);
    const width = videoWidth * scale;
    const height = videoHeight * scale;
    canvas.getContext("2d").drawImage(this.video, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    canvas.parentElement.classList.add("drawn");
    this.#busy = false;
    this.#next();
  }

  close() {
    this.observer.disconnect();
    this.#waiting = [];
    this.video.removeAttribute("src");
    this.video.load();
  }
}
