// The page: three steps, one sentence on how it stands, and two countdowns.

import { ask, look } from "./backend.js";
import { asMinutes, Countdown } from "./clock.js";
import { WORDS } from "./words.js";

const $ = (id) => document.getElementById(id);
const STATES = ["queued", "running", "retrying", "done"];
const SENTENCE = { queued: "isQueued", running: "isRunning", retrying: "isRetrying" };

const untilResend = new Countdown();
const untilExpiry = new Countdown();
let language = localStorage.getItem("language") === "en" ? "en" : "ko";
let isBusy = false;
let said = null; // how the page's last sentence is told, in either language
let lastAnswer = null; // the backend's last sentence, which it alone can tell in the other

const words = () => WORDS[language];

// --- What is seen -----------------------------------------------------------

function show(step) {
  for (const name of ["number", "code", "done"]) $(`${name}-step`).hidden = name !== step;
  $("track").hidden = true;
  const target = { number: $("number"), code: $("code"), done: $("done-step").querySelector("h1") }[step];
  target.focus();
}

function say(tell, tone = "") {
  said = tell;
  lastAnswer = null;
  const text = tell ? tell() : "";
  $("status").className = `status ${tone}`;
  if ($("status").textContent !== text) $("status").textContent = text;
}

function showState(state) {
  const at = STATES.indexOf(state);
  $("track").hidden = false;
  for (const item of $("track").children) {
    const is = STATES.indexOf(item.dataset.state);
    item.hidden = item.dataset.state === "retrying" && state !== "retrying";
    item.className = is < at ? "is-past" : is === at ? "is-now" : "";
  }
  say(() => words()[SENTENCE[state]], "is-busy");
}

function setBusy(busy) {
  isBusy = busy;
  // Not `disabled`: that would take the focus away from who works without a mouse.
  for (const button of document.querySelectorAll(".primary")) button.setAttribute("aria-disabled", busy);
  if (!busy) $("track").hidden = true;
  tick();
}

function setInvalid(field, invalid) {
  if (invalid) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function tick() {
  const wait = untilResend.left;
  const isOpen = untilExpiry.left > 0;
  $("resend").textContent = wait ? words().resendIn(asMinutes(wait)) : words().resend;
  $("resend").setAttribute("aria-disabled", isBusy || wait > 0);
  $("expires").textContent = isOpen ? words().expiresIn(asMinutes(untilExpiry.left)) : words().expired;
  $("expires").classList.toggle("is-over", !isOpen);
}

function translate() {
  document.documentElement.lang = language;
  document.title = words().title;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = words()[element.dataset.word];
  }
  $("language").textContent = words().language;
  $("language").lang = language === "ko" ? "en" : "ko";
  if (lastAnswer?.task_id) sayInOtherWords(lastAnswer);
  else if (said) $("status").textContent = said();
  tick();
}

// --- What the backend said --------------------------------------------------

function sayAnswer(answer) {
  say(() => [answer.message, ...remarks(answer)].join(" "), answer.ok ? "is-good" : "is-bad");
  lastAnswer = answer;
}

async function sayInOtherWords(answer) {
  try {
    const again = await look(answer.task_id, language);
    if (lastAnswer === answer) sayAnswer(again);
  } catch {
    // It stays in the language that it was told in.
  }
}

function remarks(answer) {
  const left = answer.kind === "invalid_code" ? answer.checks_left : null;
  const wait = answer.status === 429 ? answer.retry_after : null;
  return [
    left ? `(${words().checksLeft(left)})` : "",
    wait ? words().retryIn(asMinutes(wait)) : "",
  ].filter(Boolean);
}

function noteTimes(answer) {
  untilResend.set(Math.max(answer.next_send_in ?? 0, answer.kind === "rate_limited" ? answer.retry_after : 0));
  if (answer.expires_in != null) {
    untilExpiry.set(answer.expires_in);
    $("expires").hidden = false;
  }
}

async function request(path, values, sentence) {
  setBusy(true);
  say(() => words()[sentence], "is-busy");
  try {
    return await ask(path, values, language, showState);
  } catch {
    say(() => words().noAnswer, "is-bad");
    return null;
  } finally {
    setBusy(false);
  }
}

// --- What the person does ---------------------------------------------------

async function send() {
  const number = $("number").value.trim();
  setInvalid($("number"), !number);
  if (!number) {
    say(() => words().needNumber, "is-bad");
    $("number").focus();
    return;
  }
  const answer = await request("phone", { phone_number: number }, "sending");
  if (!answer) return;
  noteTimes(answer);
  // "Not known" may still bring a code, which can be typed.
  const mayCome = answer.ok || answer.kind === "outcome_unknown";
  if (mayCome) {
    $("sent-to").textContent = number;
    $("code").value = "";
    setInvalid($("code"), false);
    if (answer.expires_in == null) $("expires").hidden = true;
    show("code");
  } else if (!$("number-step").hidden) {
    setInvalid($("number"), answer.status === 400);
    $("number").focus();
  }
  sayAnswer(answer);
  tick();
}

async function check() {
  const code = $("code").value.trim();
  setInvalid($("code"), !code);
  if (!code) {
    say(() => words().needCode, "is-bad");
    $("code").focus();
    return;
  }
  const number = $("sent-to").textContent;
  const answer = await request("phone-verification", { phone_number: number, code }, "checking");
  if (!answer) return;
  if (answer.ok) {
    $("verified").textContent = number;
    show("done");
  } else {
    noteTimes(answer);
    setInvalid($("code"), answer.kind === "invalid_code");
    $("code").select();
    $("code").focus();
  }
  sayAnswer(answer);
  tick();
}

function resend() {
  const wait = untilResend.left;
  if (wait) say(() => words().waitToResend(asMinutes(wait)));
  else send();
}

function startAgain({ keepNumber }) {
  if (!keepNumber) $("number").value = "";
  say(null);
  show("number");
}

function whenIdle(act) {
  return (event) => {
    event.preventDefault();
    if (!isBusy) act();
  };
}

$("number-form").addEventListener("submit", whenIdle(send));
$("code-form").addEventListener("submit", whenIdle(check));
$("resend").addEventListener("click", whenIdle(resend));
$("other-number").addEventListener("click", whenIdle(() => startAgain({ keepNumber: true })));
$("again").addEventListener("click", whenIdle(() => startAgain({ keepNumber: false })));
$("language").addEventListener("click", () => {
  language = language === "ko" ? "en" : "ko";
  localStorage.setItem("language", language);
  translate();
});

translate();
setInterval(tick, 250);
