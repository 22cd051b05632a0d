// Lets a holder take the photo on the page where the browser has a camera.
// Without it the form's file field does the same.
"use strict";

const form = document.querySelector("[data-selfie]");
if (form) {
  const preview = form.querySelector(".preview");
  const video = form.querySelector("video");
  const start = form.querySelector("[data-camera]");
  const take = form.querySelector("[data-take]");
  const send = form.querySelector("[data-send]");
  let camera = null;

  const stop = () => {
    camera?.getTracks().forEach((track) => track.stop());
    camera = null;
    preview.hidden = take.hidden = true;
    start.hidden = !navigator.mediaDevices;
  };

  start.hidden = !navigator.mediaDevices; // only a secure page has it
  start.addEventListener("click", async () => {
    try {
      camera = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
      });
      video.srcObject = camera;
      preview.hidden = take.hidden = false;
      start.hidden = true;
      await video.play();
      take.focus();
    } catch {
      stop();
      start.hidden = true; // refused or absent: the file field remains
    }
  });

  take.addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((photo) => {
      const files = new DataTransfer();
      files.items.add(new File([photo], "photo.jpg", { type: "image/jpeg" }));
      form.elements.photo.files = files.files;
      form.requestSubmit(send);
      stop();
    }, "image/jpeg", 0.92);
  });

  form.addEventListener("submit", () => {
    send.textContent = send.dataset.busy;
    send.disabled = take.disabled = true;
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", () => (send.disabled = take.disabled = false));
}
