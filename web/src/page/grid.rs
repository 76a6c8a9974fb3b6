//! A table of any length: an ARIA grid in which rows are the things to move over.

use std::ops::Range;

use grainscope_inspect::model::{Column, Direction};
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::dom;
use super::icon::{Icon, Shape};
use super::virtual_list::use_virtual;

/// Height of a row in pixels; the style sheet says the same.
const ROW: f64 = 24.0;

/// Height of the header in pixels; the style sheet says the same.
const HEADER: f64 = 26.0;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// Its title.
    pub title: &'static str,
    /// What the title means, where that is not plain.
    pub hint: &'static str,
    /// By what it sorts, if it does.
    pub sort: Option<Column>,
    /// Whether its cells are figures, set to the right.
    pub number: bool,
}

impl Head {
    /// A column of text.
    #[must_use]
    pub const fn text(title: &'static str, hint: &'static str) -> Self {
        Self {
            title,
            hint,
            sort: None,
            number: false,
        }
    }

    /// A column of figures.
    #[must_use]
    pub const fn number(title: &'static str, hint: &'static str) -> Self {
        Self {
            number: true,
            ..Self::text(title, hint)
        }
    }

    /// The same column, sortable.
    #[must_use]
    pub const fn by(mut self, column: Column) -> Self {
        self.sort = Some(column);
        self
    }
}

/// A row as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Text of each cell.
    pub cells: Vec<AttrValue>,
    /// A mark before the first cell: something to heed in this row.
    pub mark: Option<Shape>,
    /// A class of the row.
    pub class: &'static str,
    /// Whether it is laid open on the right.
    pub is_open: bool,
}

/// Properties of [`Grid`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Name for screen readers.
    pub label: AttrValue,
    /// Prefix of element ids, and class that sets the widths of columns.
    pub id: AttrValue,
    /// The columns.
    pub columns: &'static [Head],
    /// Whether times have nine digits after the second and want the room.
    pub is_fine: bool,
    /// Rows in all.
    pub total: u64,
    /// Gives a row, if it is here.
    pub line: Callback<u64, Option<Line>>,
    /// Says which rows are in view.
    pub want: Callback<Range<u64>>,
    /// The current row is another, and it is here.
    pub on_row: Callback<u64>,
    /// How the rows are sorted.
    pub sort: Option<(Column, Direction)>,
    /// Another order is wanted.
    pub on_sort: Callback<Option<(Column, Direction)>>,
    /// A row to make the current one: which, and the number of the wish.
    pub go: Option<(u64, u32)>,
    /// What changes when the rows mean something else.
    pub query: u64,
    /// What stands in place of rows where there are none.
    #[prop_or_default]
    pub empty: Html,
}

/// A table of any length.
#[component]
pub fn Grid(props: &Props) -> Html {
    let list = use_virtual(props.total, ROW, HEADER);
    let active = use_state_eq(|| 0_u64);
    // The row that was asked for but is not here yet.
    let due = use_mut_ref(|| None::<u64>);

    {
        let want = props.want.clone();
        use_effect_with((list.rows.clone(), props.query), move |(rows, _)| {
            want.emit(rows.clone())
        });
    }
    {
        let active = active.clone();
        use_effect_with(props.query, move |_| active.set(0));
    }
    {
        let (list, active, due) = (list.clone(), active.clone(), due.clone());
        let total = props.total;
        use_effect_with((props.go, total > 0), move |(go, any)| {
            if let (Some((row, _)), true) = (go, any) {
                let row = (*row).min(total.saturating_sub(1));
                active.set(row);
                *due.borrow_mut() = Some(row);
                list.centre(row);
            }
        });
    }
    // A row that was moved to before its data came is opened when they come.
    {
        let (due, line, on_row) = (due.clone(), props.line.clone(), props.on_row.clone());
        use_effect(move || {
            let waiting = *due.borrow();
            if let Some(row) = waiting
                && line.emit(row).is_some()
            {
                due.borrow_mut().take();
                on_row.emit(row);
            }
        });
    }

    let choose = {
        let (list, active, due, on_row, line) = (
            list.clone(),
            active.clone(),
            due.clone(),
            props.on_row.clone(),
            props.line.clone(),
        );
        Callback::from(move |row: u64| {
            active.set(row);
            list.reveal(row);
            if line.emit(row).is_some() {
                due.borrow_mut().take();
                on_row.emit(row);
            } else {
                *due.borrow_mut() = Some(row);
            }
        })
    };
    let onkeydown = {
        let (choose, list, total, at) = (choose.clone(), list.clone(), props.total, *active);
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.alt_key() || event.meta_key() || total == 0 {
                return;
            }
            let row = match event.key().as_str() {
                "ArrowDown" => at.saturating_add(1),
                "ArrowUp" => at.saturating_sub(1),
                "PageDown" => at.saturating_add(list.page()),
                "PageUp" => at.saturating_sub(list.page()),
                "Home" => 0,
                "End" => total - 1,
                "Enter" | " " => at,
                _ => return,
            };
            event.prevent_default();
            choose.emit(row.min(total - 1));
        })
    };
    let onclick = {
        let choose = choose.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(row) = dom::number_at(&event, "data-row") {
                choose.emit(row);
            }
        })
    };

    let row_id = |row: u64| format!("{}-{row}", props.id);
    let active_id = list.rows.contains(&active).then(|| row_id(*active));
    let lines = list.rows.clone().map(|row| {
        html! {
            <GridRow
                key={row}
                id={row_id(row)}
                {row}
                columns={props.columns}
                line={props.line.emit(row)}
                is_active={row == *active}
            />
        }
    });
    html! {
        <div
            class={classes!("grid", props.id.to_string(), props.is_fine.then_some("fine"))}
            role="grid"
            tabindex="0"
            aria-label={props.label.clone()}
            aria-rowcount={(props.total + 1).to_string()}
            aria-colcount={props.columns.len().to_string()}
            aria-activedescendant={active_id.filter(|_| props.total > 0)}
            ref={list.viewport.clone()}
            onscroll={list.onscroll.clone()}
            {onkeydown}
            {onclick}
        >
            <div role="rowgroup" class="head">
                <div role="row" class="line" aria-rowindex="1">
                    { for props.columns.iter().map(|head| header(head, props)) }
                </div>
            </div>
            <div class="spacer" ref={list.spacer.clone()} role="presentation">
                <div class="layer" ref={list.layer.clone()} role="rowgroup">
                    { for lines }
                </div>
            </div>
            if props.total == 0 {
                <div class="none" role="row"><div role="gridcell">{ props.empty.clone() }</div></div>
            }
        </div>
    }
}

fn header(head: &Head, props: &Props) -> Html {
    let class = classes!("cell", head.number.then_some("number"));
    let hint = (!head.hint.is_empty()).then_some(head.hint);
    let Some(column) = head.sort else {
        return html! { <div role="columnheader" {class} title={hint}>{ head.title }</div> };
    };
    let now = props
        .sort
        .filter(|(by, _)| *by == column)
        .map(|(_, direction)| direction);
    let (aria, arrow, next) = match now {
        None => ("none", "", Some((column, Direction::Ascending))),
        Some(Direction::Ascending) => ("ascending", " ▲", Some((column, Direction::Descending))),
        Some(Direction::Descending) => ("descending", " ▼", None),
    };
    let onclick = props.on_sort.reform(move |_: MouseEvent| next);
    // The grid's own keys must not be taken from the button.
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.stop_propagation();
        }
    });
    html! {
        <div role="columnheader" {class} aria-sort={aria} title={hint}>
            <button type="button" class="sort" {onclick} {onkeydown}>
                { head.title }<span aria-hidden="true">{ arrow }</span>
            </button>
        </div>
    }
}

/// Properties of [`GridRow`].
#[derive(Clone, PartialEq, Properties)]
struct RowProps {
    /// Id of the element.
    id: String,
    /// Number of the row, from 0.
    row: u64,
    /// The columns.
    columns: &'static [Head],
    /// What it says, if that is here.
    line: Option<Line>,
    /// Whether it is the current row.
    is_active: bool,
}

/// One row. It is drawn again only when something in it has changed.
#[component]
fn GridRow(props: &RowProps) -> Html {
    let line = props.line.as_ref();
    let is_open = line.is_some_and(|l| l.is_open);
    let class = classes!(
        "line",
        (props.row % 2 == 1).then_some("even"),
        props.is_active.then_some("active"),
        is_open.then_some("open"),
        line.map_or("absent", |l| l.class),
    );
    let cell = |(index, head): (usize, &Head)| {
        let text = line.and_then(|l| l.cells.get(index)).cloned().unwrap_or_default();
        let mark = line.and_then(|l| l.mark).filter(|_| index == 0);
        html! {
            <div role="gridcell" class={classes!("cell", head.number.then_some("number"))}>
                if let Some(shape) = mark { <Icon {shape} /> }
                { text }
            </div>
        }
    };
    html! {
        <div
            role="row"
            id={props.id.clone()}
            {class}
            aria-rowindex={(props.row + 2).to_string()}
            aria-selected={is_open.to_string()}
            data-row={props.row.to_string()}
        >
            { for props.columns.iter().enumerate().map(cell) }
        </div>
    }
}
