// Talking to the server: requests, and the live stream.

const HIDDEN_MS = 60000;
const BANNER_MS = 1500;

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    throw new Error("没有连上，请看看网络。");
  }
  const body = await response.json().catch(function () { return {}; });
  if (!response.ok) {
    const failure = new Error(body.error || "没有成功，请再试一次。");
    failure.refused = response.status >= 400 && response.status < 500;
    throw failure;
  }
  return body;
}

export function get(path, query) {
  const words = Object.keys(query).map(function (key) {
    return key + "=" + encodeURIComponent(query[key]);
  });
  return answered(fetch(path + "?" + words.join("&"), { credentials: "same-origin" }));
}

export function post(path, fields, photo) {
  const options = { method: "POST", credentials: "same-origin", headers: { "X-Pingan": "1" } };
  if (photo) {
    options.body = new FormData();
    Object.keys(fields).forEach(function (key) { options.body.append(key, fields[key]); });
    options.body.append("photo", photo, photo.name || "photo.jpg");
  } else {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(fields);
  }
  return answered(fetch(path, options));
}

// Keeps one stream open while somebody may be looking; browsers allow only six per server. Who must hear of
// emergencies (`handlers.awake`) listens in the background too.
export function listen(persona, handlers) {
  let source = null;
  let again = 0;
  let late = 0;
  let sleeping = 0;

  function down() {
    if (!late) late = setTimeout(function () { handlers.connected(false); }, BANNER_MS);
  }

  function up() {
    clearTimeout(late);
    late = 0;
    handlers.connected(true);
  }

  function close() {
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }

  function open() {
    close();
    source = new EventSource("/chat/events?persona=" + encodeURIComponent(persona));
    source.onopen = up;
    source.onerror = function () {
      down();
      if (source && source.readyState === EventSource.CLOSED) again = setTimeout(open, 3000);
    };
    ["hello", "message", "edit", "toast"].forEach(function (name) {
      source.addEventListener(name, function (event) { handlers[name](JSON.parse(event.data)); });
    });
  }

  document.addEventListener("visibilitychange", function () {
    clearTimeout(sleeping);
    if (document.hidden) sleeping = setTimeout(function () { if (!handlers.awake()) close(); }, HIDDEN_MS);
    else if (!source) open();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", function (event) { if (event.persisted) open(); });
  window.addEventListener("offline", down);
  window.addEventListener("online", open);
  open();
}
