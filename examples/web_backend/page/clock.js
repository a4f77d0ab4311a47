// Counts down what the backend gave in seconds; the browser's own clock may be wrong and is not asked.

export class Countdown {
  #end = 0;

  set(seconds) {
    this.#end = performance.now() + 1000 * (seconds ?? 0);
  }

  get left() {
    return Math.max(0, Math.ceil((this.#end - performance.now()) / 1000));
  }
}

export function asMinutes(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
