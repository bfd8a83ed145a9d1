// Remembers every box of the wall; `moved()` tells which of them are elsewhere now.
() => {
  const boxes = () => [...document.querySelectorAll('.tile,tbody tr,tbody td,.ag li,.card')].map((el) => {
    const box = el.getBoundingClientRect();
    return [box.left, box.top, box.width, box.height].map(Math.round).join();
  });
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.shifted += one.value;
  }).observe({ type: 'layout-shift', buffered: false });
  const before = boxes();
  window.moved = () => boxes().map((box, i) => [before[i], box]).filter(([a, b]) => a !== b);
}
