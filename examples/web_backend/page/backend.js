// Talks to the backend: asks, and polls until there is a final answer.

// After a second the page would rather watch the states than wait without a word (RFC 7240).
const PREFER = "wait=1";
const POLLS_THAT_MAY_FAIL = 5;

export async function ask(path, values, language, onState) {
  const first = await call(path, language, { method: "POST", body: JSON.stringify(values) });
  return follow(first, language, onState);
}

export function look(taskId, language) {
  return call(`tasks/${taskId}`, language);
}

async function follow(answer, language, onState) {
  let failed = 0;
  while (answer.status === 202) {
    onState(answer.state);
    await pause(answer.poll_after);
    try {
      answer = await call(answer.poll.slice(1), language);
      failed = 0;
    } catch (error) {
      // A phone that changes its network loses a poll; the task goes on without it.
      failed += 1;
      if (failed >= POLLS_THAT_MAY_FAIL) throw error;
    }
  }
  return answer;
}

async function call(path, language, options = {}) {
  const headers = { "Accept-Language": language, Prefer: PREFER, "Content-Type": "application/json" };
  const response = await fetch(path, { ...options, headers, cache: "no-store" });
  return { ...(await response.json()), status: response.status, ok: response.status === 200 };
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}
