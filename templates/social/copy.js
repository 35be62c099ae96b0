// Copies exactly what stands in a snippet. Without this script the buttons stay hidden, and the text can be selected.
(() => {
  const status = document.getElementById("status");
  const byHand = text => {
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };
  const copy = async text => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return byHand(text);
    }
  };
  for (const button of document.querySelectorAll("button[hidden]")) {
    const before = button.firstChild.data;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(document.getElementById(button.value).textContent);
      button.firstChild.data = done ? status.dataset.done : status.dataset.failed;
      status.textContent = `${button.firstChild.data} ${button.textContent.slice(button.firstChild.data.length)}`;
      button.focus();
      setTimeout(() => { button.firstChild.data = before; }, 2500);
    });
  }
})();
