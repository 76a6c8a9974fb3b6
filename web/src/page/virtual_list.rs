//! A scrolled list of which only the visible rows exist.
//!
//! The hook gives three references to place: the viewport that scrolls, in it a spacer as high as the whole list, and in
//! that the layer that holds the rows. Positions are set through the object model.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

use super::dom;
use crate::logic::scroll::Scroller;

/// How long scrolling must rest before the scroll bar is put right, in milliseconds.
const REST: u32 = 150;

/// A list of which only the visible rows exist.
#[derive(Clone)]
pub struct Virtual {
    /// The element that scrolls.
    pub viewport: NodeRef,
    /// The element as high as the whole list.
    pub spacer: NodeRef,
    /// The element that holds the rows.
    pub layer: NodeRef,
    /// For the viewport.
    pub onscroll: Callback<Event>,
    /// The rows to draw.
    pub rows: Range<u64>,
    scroller: Rc<RefCell<Scroller>>,
    update: UseForceUpdateHandle,
}

impl Virtual {
    /// Brings a row into view, moving as little as is needed.
    pub fn reveal(&self, row: u64) {
        let to = self.scroller.borrow_mut().reveal(row);
        self.scroll(to);
    }

    /// Brings a row to the middle, unless it is in view.
    pub fn centre(&self, row: u64) {
        let to = self.scroller.borrow_mut().centre(row);
        self.scroll(to);
    }

    /// Rows that fit the viewport.
    #[must_use]
    pub fn page(&self) -> u64 {
        self.scroller.borrow().page()
    }

    fn scroll(&self, to: Option<f64>) {
        if let (Some(to), Some(viewport)) = (to, self.viewport.cast::<Element>()) {
            viewport.set_scroll_top(to as i32);
            self.update.force_update();
        }
    }
}

/// A list of `total` rows, each `row_height` pixels high; `header` pixels at the top of the viewport stay in place.
#[hook]
pub fn use_virtual(total: u64, row_height: f64, header: f64) -> Virtual {
    let viewport = use_node_ref();
    let spacer = use_node_ref();
    let layer = use_node_ref();
    let scroller = use_mut_ref(|| Scroller::new(total, row_height));
    let resting = use_mut_ref(|| None::<Timeout>);
    let update = use_force_update();

    let moved = scroller.borrow_mut().set_rows(total);
    let (visible, height) = {
        let scroller = scroller.borrow();
        (scroller.visible(), scroller.spacer())
    };

    // The rows are in place by their styles alone, set after each drawing that needs others.
    {
        let (viewport, spacer, layer) = (viewport.clone(), spacer.clone(), layer.clone());
        use_effect_with(
            (height as u64, visible.shift as i64, moved.map(|to| to as i32)),
            move |(height, shift, moved)| {
                dom::style(&spacer, "height", &format!("{height}px"));
                dom::style(&layer, "transform", &format!("translateY({shift}px)"));
                if let (Some(to), Some(viewport)) = (moved, viewport.cast::<Element>()) {
                    viewport.set_scroll_top(*to);
                }
            },
        );
    }

    // The viewport's height is known once it is there, and changes with the window.
    {
        let (viewport, scroller, update) = (viewport.clone(), scroller.clone(), update.clone());
        use_effect_with((), move |()| {
            let measure = {
                let viewport = viewport.clone();
                move || {
                    let Some(element) = viewport.cast::<Element>() else {
                        return;
                    };
                    let height = (f64::from(element.client_height()) - header).max(0.0);
                    let to = scroller.borrow_mut().set_viewport(height);
                    if let Some(to) = to {
                        element.set_scroll_top(to as i32);
                    }
                    update.force_update();
                }
            };
            measure();
            let closure = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, viewport.cast::<Element>()) {
                observer.observe(&element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(closure);
            }
        });
    }

    let onscroll = {
        let (viewport, scroller, update) = (viewport.clone(), scroller.clone(), update.clone());
        Callback::from(move |_: Event| {
            let Some(element) = viewport.cast::<Element>() else {
                return;
            };
            let (before, after) = {
                let mut scroller = scroller.borrow_mut();
                let before = scroller.visible();
                scroller.scrolled(f64::from(element.scroll_top()));
                (before, scroller.visible())
            };
            if before != after {
                update.force_update();
            }
            let (scroller, update) = (scroller.clone(), update.clone());
            *resting.borrow_mut() = Some(Timeout::new(REST, move || {
                let to = scroller.borrow_mut().settle();
                if let Some(to) = to {
                    element.set_scroll_top(to as i32);
                    update.force_update();
                }
            }));
        })
    };

    Virtual {
        viewport,
        spacer,
        layer,
        onscroll,
        rows: visible.rows,
        scroller,
        update,
    }
}
