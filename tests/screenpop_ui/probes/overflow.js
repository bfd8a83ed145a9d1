// What stands outside the window or is cut off without an ellipsis.
() => {
  const out = [];
  const wide = document.documentElement;
  if (wide.scrollWidth > wide.clientWidth) out.push('page is wider than the window');
  for (const el of document.querySelectorAll('body *')) {
    const s = getComputedStyle(el);
    if (el.closest('.sr,[hidden],svg') || s.display === 'none' || s.visibility === 'hidden') continue;
    const box = el.getBoundingClientRect();
    if (!box.width || !box.height || s.position === 'fixed') continue;
    const scroller = el.parentElement.closest('.hist,.side,.tabs,.form,.todo ul,.cols,.main');
    if (!scroller && (box.left < -1 || box.right > innerWidth + 1)) out.push('outside: ' + name(el));
    const clips = /hidden|clip/.test(s.overflowX) && s.textOverflow !== 'ellipsis' && s.webkitLineClamp === 'none';
    if (clips && el.scrollWidth > el.clientWidth + 1 && !['auto', 'scroll'].includes(s.overflowX)) out.push('cut: ' + name(el));
  }
  return out;
  function name(el) { return el.tagName + '.' + el.getAttribute('class') + ' ' + el.textContent.slice(0, 40); }
}
