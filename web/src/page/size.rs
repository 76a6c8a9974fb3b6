//! The size of an element, as it changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Width in pixels of the element behind `node`, which must be there from the first drawing on.
#[hook]
pub fn use_width(node: &NodeRef) -> u32 {
    let width = use_state_eq(|| 0);
    {
        let (node, width) = (node.clone(), width.setter());
        use_effect_with((), move |()| {
            let target = node.cast::<Element>();
            let measure = move || width.set(node.cast::<Element>().map_or(0, |e| e.client_width().max(0) as u32));
            measure();
            let closure = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(target)) = (&observer, &target) {
                observer.observe(target);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(closure);
            }
        });
    }
    *width
}
