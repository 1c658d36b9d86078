// @ts-check
// Draws the grid of a calendar page over its list, which stays where this does not run. All words come from the server.

/**
 * What the server sends: `GridJson` in src/web/pages/schedule/json.ts.
 * @typedef {import("../../src/web/pages/schedule/json.ts").GridJson} GridJson
 * @typedef {import("../../src/web/pages/schedule/json.ts").GridEvent} GridEvent
 */

/**
 * Returns a day of the library's as `2027-01-31`.
 * @param {Date} date
 */
function writeDate(date) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The pixels of an hour where an offering's day is a row, at least. */
const hourWidth = 56;

/**
 * Returns the hours that are shown: those of a working day, further where an event or the line of now lies outside; and the
 * first to show where not all fit.
 * @param {GridJson} shown
 */
function hoursOf({ now, days, events }) {
  const hour = Number(now.slice(11, 13));
  const today = now.slice(0, 10) in days;
  const first = Math.min(8, ...events.map(({ start }) => Number(start.slice(11, 13))));
  return {
    slotMinTime: { hours: today ? Math.min(7, hour) : 7 },
    slotMaxTime: { hours: today ? Math.max(20, hour + 1) : 20 },
    flexibleSlotTimeLimits: true,
    scrollTime: { hours: today ? Math.max(first, hour - 1) : first },
  };
}

/**
 * Returns how many events there are at most at the same time.
 * @param {readonly GridEvent[]} events
 */
function countAtOnce(events) {
  const timed = events.filter(({ allDay }) => !allDay);
  const turns = timed.flatMap(({ start, end }) => /** @type {const} */ ([[end, -1], [start, 1]]));
  let [now, most] = [0, 1];
  for (const [, step] of turns.toSorted(([a, one], [b, other]) => (a === b ? one - other : a < b ? -1 : 1))) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}

/**
 * Returns the options of EventCalendar for a view.
 * @param {string | undefined} view
 * @param {GridJson} shown
 * @param {number} width of the place, in pixels
 */
function optionsOf(view, shown, width) {
  const narrow = width < 800;
  const hours = hoursOf(shown);
  switch (view) {
    case "day":
      return { ...hours, view: "timeGridDay" };
    case "offerings-day":
      return { ...hours, view: "resourceTimelineDay", slotDuration: "01:00", slotWidth: Math.max(hourWidth, (width - 196) / (hours.slotMaxTime.hours - hours.slotMinTime.hours)) };
    case "offerings-week":
      return { view: "offeringsWeek", columnWidth: narrow ? "9rem" : "minmax(7rem, 1fr)" };
    default: {
      // Many events side by side stay wide enough to read.
      const most = countAtOnce(shown.events);
      const least = Math.max(narrow ? 8 : 0, most > 6 ? Math.min(60, 3 * most) : 0);
      return { ...hours, view: "timeGridWeek", columnWidth: `minmax(${least}rem, 1fr)` };
    }
  }
}

/**
 * Makes what stands in an event.
 * @param {GridEvent} event
 */
function contentOf({ url, text }) {
  const link = document.createElement(url === "" ? "span" : "a");
  if (link instanceof HTMLAnchorElement) link.href = url;
  link.className = "item";
  for (const [name, words] of Object.entries(text)) {
    if (words === "") continue;
    const part = document.createElement("span");
    part.className = name === "day" || name === "more" ? "hidden" : `item-${name}`;
    part.dir = "auto";
    part.textContent = words;
    link.append(part, " ");
  }
  return { domNodes: [link] };
}

/**
 * Gives the grid the roles that it has: the library's are those of a table, and its events stand in none of its cells.
 * @param {HTMLElement} place
 */
function nameRoles(place) {
  for (const part of place.querySelectorAll("[role]")) {
    for (const name of ["role", "aria-label", "aria-colindex", "aria-colspan"]) part.removeAttribute(name);
  }
  const scrolled = place.querySelector(".ec-main");
  if (!(scrolled instanceof HTMLElement)) return;
  scrolled.setAttribute("role", "region");
  scrolled.setAttribute("aria-labelledby", "when");
  // What scrolls can be scrolled with the keyboard.
  scrolled.tabIndex = 0;
}

/**
 * Scrolls to today where not all days fit.
 * @param {HTMLElement} place
 */
function showToday(place) {
  const [scrolled, today] = [place.querySelector(".ec-main"), place.querySelector(".ec-col-head.ec-today")];
  const side = place.querySelector(".ec-sidebar");
  if (place.dataset["view"] !== "week" || !scrolled || !today || !side) return;
  scrolled.scrollLeft = today.getBoundingClientRect().left - side.getBoundingClientRect().right;
}

/**
 * Draws the events over the list.
 * @param {HTMLElement} place
 * @param {GridJson} shown
 */
function draw(place, shown) {
  const { offset, days, offerings, events } = shown;
  const known = new Set(offerings.map(({ uuid }) => uuid));
  const rows = offerings.map(({ uuid, name }) => ({ id: uuid, title: name }));
  if (events.some(({ offering }) => !known.has(offering))) rows.push({ id: "", title: place.dataset["other"] ?? "" });
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const library = Reflect.get(globalThis, "EventCalendar");
  place.hidden = false;
  return library.create(place, {
    headerToolbar: { start: "", center: "", end: "" },
    locale: document.documentElement.lang,
    firstDay: 1,
    date: place.dataset["date"],
    // Times come as they stand on the clock of the zone; only the line that shows now needs its offset.
    timeZone: offset,
    nowIndicator: true,
    // Nothing is moved here: what is booked is changed in Waldur.
    eventStartEditable: false,
    eventDurationEditable: false,
    slotEventOverlap: false,
    allDaySlot: events.some(({ allDay }) => allDay),
    allDayContent: "",
    /** @param {Date} date */
    dayHeaderFormat: (date) => days[writeDate(date)] ?? "",
    slotLabelFormat: clock,
    eventTimeFormat: clock,
    resources: rows,
    views: { offeringsWeek: { type: "resourceTimelineMonth", duration: { weeks: 1 } } },
    ...optionsOf(place.dataset["view"], shown, place.clientWidth),
    events: events.map((event) => ({
      id: event.id,
      start: event.start,
      end: event.end,
      allDay: event.allDay,
      resourceIds: [known.has(event.offering) ? event.offering : ""],
      classNames: [...event.classes],
      extendedProps: event,
    })),
    /** @param {{ event: { extendedProps: GridEvent } }} info */
    eventContent: ({ event }) => contentOf(event.extendedProps),
  });
}

const [grid, list, noGrid] = ["grid", "list", "no-grid"].map((id) => document.getElementById(id));
if (grid && list && noGrid) {
  try {
    const response = await fetch(grid.dataset["events"] ?? "", { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) throw new Error(`events: ${response.status}`);
    draw(grid, await response.json());
    nameRoles(grid);
    showToday(grid);
    list.hidden = true;
  } catch (error) {
    grid.hidden = true;
    noGrid.hidden = false;
    throw error;
  }
}
