//! Drawing of the timeline's lanes.

use grainscope_inspect::model::{Lane, LaneColumn};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::dom;
use crate::logic::format;
use crate::logic::span::Span;

/// Height of a lane; the style sheet says the same.
pub const LANE: f64 = 22.0;

/// Height of the scale above the lanes; the style sheet says the same.
pub const SCALE: f64 = 18.0;

/// What is drawn.
pub struct Picture<'a> {
    /// Width in pixels.
    pub width: u32,
    /// What shows.
    pub span: Span,
    /// The lanes, from top to bottom, with whether each is the chosen one. A lane may not have been heard of yet.
    pub lanes: Vec<(Option<&'a Lane>, bool)>,
    /// The span that the lanes were asked for.
    pub asked: Span,
    /// The moment that is marked.
    pub time: Option<i64>,
}

/// The colours of the style sheet.
struct Inks {
    text: String,
    line: String,
    chosen: String,
    packet: String,
    grain: String,
    part: String,
    warning: String,
    error: String,
}

/// Draws the lanes.
pub fn draw(canvas: &HtmlCanvasElement, picture: &Picture<'_>) {
    let ratio = dom::window().map_or(1.0, |w| w.device_pixel_ratio()).max(1.0);
    let width = f64::from(picture.width);
    let height = SCALE + LANE * picture.lanes.len() as f64;
    canvas.set_width((width * ratio) as u32);
    canvas.set_height((height * ratio) as u32);
    let context = canvas
        .get_context("2d")
        .ok()
        .flatten()
        .and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let (Some(context), Some(inks)) = (context, inks(canvas)) else {
        return;
    };
    let _ = context.scale(ratio, ratio);
    scale(&context, picture, &inks, height);
    for (row, (lane, chosen)) in picture.lanes.iter().enumerate() {
        let top = SCALE + LANE * row as f64;
        if *chosen {
            context.set_fill_style_str(&inks.chosen);
            context.fill_rect(0.0, top, width, LANE);
        }
        context.set_fill_style_str(&inks.line);
        context.fill_rect(0.0, top + LANE - 1.0, width, 1.0);
        if let Some(lane) = lane {
            draw_lane(&context, picture, lane, &inks, top);
        }
    }
    if let Some(time) = picture.time {
        let x = picture.span.fraction(time) * width;
        if (0.0..=width).contains(&x) {
            context.set_fill_style_str(&inks.text);
            context.fill_rect(x.round() - 0.5, 0.0, 1.0, height);
            triangle(&context, x.round(), 6.0, 4.0, -1.0);
        }
    }
}

/// Round moments above the lanes, with fine lines through them.
fn scale(context: &CanvasRenderingContext2d, picture: &Picture<'_>, inks: &Inks, height: f64) {
    let (step, ticks) = picture.span.ticks((picture.width / 110).max(2));
    let digits = match step {
        1_000_000_000.. => 0,
        1_000_000.. => 3,
        1_000.. => 6,
        _ => 9,
    };
    context.set_font("11px system-ui, sans-serif");
    for tick in ticks {
        let x = (picture.span.fraction(tick) * f64::from(picture.width)).round();
        context.set_fill_style_str(&inks.line);
        context.fill_rect(x, 0.0, 1.0, height);
        let text = format::clock(tick, digits);
        // A time that would be cut at the edge is left out: half a time is a wrong one.
        if x + 6.0 * text.len() as f64 + 8.0 <= f64::from(picture.width) {
            context.set_fill_style_str(&inks.text);
            let _ = context.fill_text(&text, x + 4.0, 12.0);
        }
    }
}

fn draw_lane(context: &CanvasRenderingContext2d, picture: &Picture<'_>, lane: &Lane, inks: &Inks, top: f64) {
    let count = lane.columns.len().max(1) as f64;
    let place = |index: f64| picture.span.fraction(picture.asked.at(index / count)) * f64::from(picture.width);
    let each = |ink: &str, wanted: &dyn Fn(&LaneColumn) -> bool, shape: &dyn Fn(f64, f64)| {
        context.set_fill_style_str(ink);
        for (index, column) in lane.columns.iter().enumerate() {
            if wanted(column) {
                let x = place(index as f64);
                let wide = (place(index as f64 + 1.0) - x).max(1.0);
                if x + wide >= 0.0 && x <= f64::from(picture.width) {
                    shape(x, wide);
                }
            }
        }
    };
    // Three zones that never cover each other: what is incomplete above, Grains in the middle, findings below.
    let middle = top + 11.0;
    let bar = |half: f64| move |x: f64, wide: f64| context.fill_rect(x, middle - half, wide.min(3.0), half * 2.0);
    each(&inks.packet, &|c| c.packets > 0, &|x, wide| {
        context.fill_rect(x, middle - 1.0, wide, 2.0)
    });
    each(&inks.grain, &|c| c.grains > 0, &bar(3.0));
    each(&inks.part, &|c| c.statics > 0, &bar(5.5));
    each(&inks.warning, &|c| c.incomplete > 0, &|x, _| {
        triangle(context, x + 0.5, top + 3.0, 2.5, 1.0)
    });
    each(&inks.error, &|c| c.findings > 0, &|x, _| {
        diamond(context, x + 0.5, top + LANE - 4.0, 2.5)
    });
}

/// A triangle around (`x`, `y`), its point up (`way` 1) or down (−1).
fn triangle(context: &CanvasRenderingContext2d, x: f64, y: f64, size: f64, way: f64) {
    context.begin_path();
    context.move_to(x - size, y + size * way);
    context.line_to(x + size, y + size * way);
    context.line_to(x, y - size * way);
    context.fill();
}

fn diamond(context: &CanvasRenderingContext2d, x: f64, y: f64, size: f64) {
    context.begin_path();
    context.move_to(x, y - size);
    context.line_to(x + size, y);
    context.line_to(x, y + size);
    context.line_to(x - size, y);
    context.fill();
}

fn inks(canvas: &HtmlCanvasElement) -> Option<Inks> {
    let style = dom::window()?.get_computed_style(canvas).ok()??;
    let ink = |name: &str| style.get_property_value(name).unwrap_or_default();
    Some(Inks {
        text: ink("--ink-text"),
        line: ink("--ink-line"),
        chosen: ink("--ink-chosen"),
        packet: ink("--ink-packet"),
        grain: ink("--ink-grain"),
        part: ink("--ink-static"),
        warning: ink("--ink-warning"),
        error: ink("--ink-error"),
    })
}
