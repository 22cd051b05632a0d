"use strict";

// The gate agent beats every two seconds. After three beats without a word the
// screen may be wrong, and sends people to staff instead; unless it told them to
// leave, which stays true when the agent has lost its power.
const patience = 6000;
let timer;

function put(main) {
  document.getElementById("state").replaceWith(main);
}

function heard() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (document.getElementById("state").className === "evacuate") {
      return;
    }
    put(document.getElementById("lost").content.firstElementChild.cloneNode(true));
  }, patience);
}

function follow() {
  const stream = new EventSource("/stream");
  stream.addEventListener("beat", heard);
  stream.addEventListener("state", (event) => {
    heard();
    const holder = document.createElement("template");
    holder.innerHTML = event.data;
    put(holder.content.firstElementChild);
  });
  // A browser gives up for good when the answer is not a stream.
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(follow, 1000);
    }
  });
}

heard();
follow();
