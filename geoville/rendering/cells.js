"use strict";

/* Cells on one canvas, so that forty thousand of them stay usable; hatches and borders come once they can be seen. */

const HATCHED_FROM_PX = 5;
const CORNERS = 4;

/* Corners of the cells in Web Mercator at zoom 0, which any zoom multiplies by a power of two. */
function decodeCorners(data, map) {
  const points = new Float64Array(data.corners.length);
  let [lon, lat] = [0, 0];
  for (let index = 0; index < data.corners.length; index += 2) {
    lon += data.corners[index];
    lat += data.corners[index + 1];
    const point = map.project([lat / data.scale, lon / data.scale], 0);
    points[index] = point.x;
    points[index + 1] = point.y;
  }
  return points;
}

function hatching(context, draw) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 7;
  draw(tile.getContext("2d"));
  return context.createPattern(tile, "repeat");
}

function strokes(colour, width, lines) {
  return (context) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [fromX, fromY, toX, toY] of lines) {
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
    }
    context.stroke();
  };
}

const RISING = [[-1, 8, 8, -1], [-1, 1, 1, -1], [6, 8, 8, 6]];
const FALLING = [[-1, -1, 8, 8], [6, -1, 8, 1], [-1, 6, 1, 8]];

const RATIO = 5; // rank of the ratio of pixels in a view
const CORNER = 7; // rank of the first of the two that a pan changes

/* How far a view slid over the one before, where whole pixels of the screen tell it and part of what was seen stays. */
function slideOf(before, view) {
  if (view.slice(0, CORNER).some((value, index) => value !== before[index])) return null;
  const [width, height] = view.slice(3, RATIO);
  const slid = [view[CORNER] - before[CORNER], view[CORNER + 1] - before[CORNER + 1]];
  const whole = slid.every((pixels) => Number.isInteger(pixels * view[RATIO]));
  return whole && Math.abs(slid[0]) < width && Math.abs(slid[1]) < height ? slid : null;
}

/* What a slide brought into view: a band along one side, a band along another. */
function exposed([x, y], { min, max }) {
  const sides = [];
  if (x) sides.push(x > 0 ? L.bounds([max.x - x, min.y], max) : L.bounds(min, [min.x - x, max.y]));
  if (y) sides.push(y > 0 ? L.bounds([min.x, max.y - y], max) : L.bounds(min, [max.x, min.y - y]));
  return sides;
}

const CellCanvas = L.Renderer.extend({
  initialize(data) {
    L.Renderer.prototype.initialize.call(this, { pane: "cells", padding: 0.2 });
    this._data = data;
    this._theme = data.themes[0];
  },

  setTheme(key) {
    this._theme = this._data.themes.find((theme) => theme.key === key) || null;
    if (this._map) this._update();
  },

  count() {
    return this._data.imputed.length;
  },

  /* Row of the cell that holds a position, -1 where there is none. */
  at(latlng) {
    const { x, y } = this._map.project(latlng, 0);
    for (let row = 0; row < this.count(); row += 1) if (this._holds(row, x, y)) return row;
    return -1;
  },

  properties(row) {
    const rows = this._data.columns.map((column) => [column.label, column.texts[column.ranks[row]]]);
    return { title: this._data.title, rows };
  },

  columns() {
    return this._data.columns;
  },

  centre(row) {
    const [west, south] = this._corner(row, 0);
    const [east, north] = this._corner(row, 2);
    return this._map.unproject([(west + east) / 2, (south + north) / 2], 0);
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.className = "cell-canvas";
    this._context = this._container.getContext("2d");
    this._view = null;
    this._imputed = hatching(this._context, strokes("rgb(255 255 255 / 80%)", 2, RISING));
    this._unknown = hatching(this._context, strokes("#7d8691", 1, FALLING));
    this._points = decodeCorners(this._data, this._map);
  },

  _destroyContainer() {
    L.DomUtil.remove(this._container);
    delete this._container;
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const [before, view] = [this._view, this._viewNow()];
    if (before && view.every((value, index) => value === before[index])) return; // Leaflet asks twice at every zoom
    this._view = view;
    const { min } = this._bounds;
    L.DomUtil.setPosition(this._container, min);
    const slid = before && slideOf(before, view);
    if (slid) this._slide(slid);
    else this._clear();
    if (this._theme) this._draw(slid ? exposed(slid, this._bounds) : [this._bounds]);
    this.fire("update");
  },

  /* What is drawn depends on these; the last two, its corner in layer pixels, are all that a pan changes. */
  _viewNow() {
    const origin = this._map.getPixelOrigin();
    const { x, y } = this._bounds.getSize();
    const { min } = this._bounds;
    return [this._map.getZoom(), origin.x, origin.y, x, y, window.devicePixelRatio || 1, this._theme, min.x, min.y];
  },

  _clear() {
    const [, , , width, height, ratio] = this._view;
    this._container.width = ratio * width;
    this._container.height = ratio * height;
    this._container.style.width = `${width}px`;
    this._container.style.height = `${height}px`;
    this._place();
  },

  _place() {
    const [ratio, , x, y] = this._view.slice(-4);
    this._context.setTransform(ratio, 0, 0, ratio, -x * ratio, -y * ratio);
  },

  /* A pan keeps the pixels that stay in view: a browser has then only the edges that come in to fill. */
  _slide([x, y]) {
    const context = this._context;
    const ratio = this._view[RATIO];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(this._container, -x * ratio, -y * ratio);
    context.globalCompositeOperation = "source-over";
    this._place();
  },

  /* Draw the cells that meet some boxes, in layer pixels, and nothing out of them. */
  _draw(boxes) {
    const context = this._context;
    context.save();
    context.beginPath();
    for (const { min, max } of boxes) context.rect(min.x, min.y, max.x - min.x, max.y - min.y);
    context.clip();
    this._scale = 2 ** this._map.getZoom();
    this._origin = this._map.getPixelOrigin();
    this._fillCells(this._rowsIn(boxes));
    context.restore();
  },

  _fillCells(rows) {
    const { classes, colours, hatched } = this._theme;
    const { imputed } = this._data;
    const unknown = rows.filter((row) => classes[row] < 0);
    colours.forEach((colour, index) => this._fill(rows.filter((row) => classes[row] === index), colour));
    this._fill(unknown, this._data.noData);
    if (this._side() < HATCHED_FROM_PX) return;
    this._fill(rows.filter((row) => classes[row] >= 0 && classes[row] < hatched && imputed[row]), this._imputed);
    this._fill(unknown, this._unknown);
    this._border(rows);
  },

  /* One small path for each cell: a browser fills thousands of these faster than one path of thousands of squares. */
  _fill(rows, fill) {
    const context = this._context;
    context.fillStyle = fill;
    for (const row of rows) {
      context.beginPath();
      this._trace(row);
      context.fill();
    }
  },

  _border(rows) {
    const context = this._context;
    context.strokeStyle = "#ffffff";
    context.lineWidth = 0.5;
    for (const row of rows) {
      context.beginPath();
      this._trace(row);
      context.stroke();
    }
  },

  _side() {
    return Math.abs(this._corner(0, 0)[0] - this._corner(0, 2)[0]) * this._scale;
  },

  _rowsIn(boxes) {
    const margin = this._side() * 2;
    const rows = [];
    for (let row = 0; row < this.count(); row += 1) {
      const [x, y] = this._pixel(row, 0);
      const meets = ({ min, max }) => x > min.x - margin && x < max.x + margin && y > min.y - margin && y < max.y + margin;
      if (boxes.some(meets)) rows.push(row);
    }
    return rows;
  },

  _trace(row) {
    const context = this._context;
    for (let corner = 0; corner < CORNERS; corner += 1) {
      const [x, y] = this._pixel(row, corner);
      if (corner) context.lineTo(x, y);
      else context.moveTo(x, y);
    }
    context.closePath();
  },

  _pixel(row, corner) {
    const [x, y] = this._corner(row, corner);
    return [x * this._scale - this._origin.x, y * this._scale - this._origin.y];
  },

  _corner(row, corner) {
    const index = 2 * this._data.cells[CORNERS * row + corner];
    return [this._points[index], this._points[index + 1]];
  },

  /* The square lies to the same side of its four edges, whichever way the projection turns it. */
  _holds(row, x, y) {
    let side = 0;
    for (let corner = 0; corner < CORNERS; corner += 1) {
      const [fromX, fromY] = this._corner(row, corner);
      const [toX, toY] = this._corner(row, (corner + 1) % CORNERS);
      const turn = Math.sign((toX - fromX) * (y - fromY) - (toY - fromY) * (x - fromX));
      if (turn && side && turn !== side) return false;
      side = side || turn;
    }
    return true;
  },
});
