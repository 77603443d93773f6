"""The form in which a training is ordered."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mgc_desktop.training_runs.config import (
    ARCHITECTURES,
    KINDS,
    MODELS,
    RESOLUTIONS,
    ConfigError,
    TrainingRequest,
    free_name,
    now,
)
from mgc_desktop.ui.fonts import SMALL, font
from mgc_desktop.ui.theme import GAP, Palette
from mgc_desktop.ui.views.train.log_text import LogText
from mgc_desktop.ui.widgets.labels import muted
from mgc_desktop.ui.widgets.own_keys import UP_AND_DOWN, OwnKeys
from mgc_desktop.ui.widgets.panel import Panel
from mgc_desktop.ui.widgets.segments import Segments

_MARGINS: Final = (10, 0, 10, 0)  # which a spin box does not take from the style sheet
_KIND_TIPS: Final = {
    "folders": "Each folder is a genre (as in GTZAN); a folder below it is an artist: Jazz/Miles Davis/So What.mp3. "
    "Any genres can be learned; the program names them as the folders do.",
    "tagged": "A library whose files carry a genre; those that are one of the ten, or an alias of one, teach.",
    "magnatagatune": "The folder with clip_info_final.csv and the folders 0 to f.",
    "tracks": "A table with the columns path, genre and artist, tabs between them.",
}
_MODEL_TIPS: Final = {
    "cnn": "Three convolution layers with max pooling",
    "lstm": "A network that remembers, along the frames",
    "stacked": "CNN and LSTM, and a small network on top that weighs them; takes several times as long",
}
_RESOLUTION_TIPS: Final = {
    "full": "128 bands; slow",
    "quarter": "Both axes halved",
    "sixteenth": "Both axes quartered: fastest",
}
_ARCHITECTURE_TIPS: Final = {
    "report": "The plain networks of the 2018 report, from scratch",
    "pretrained": "Begins as musicnn, whose weights are needed as a file",
}


class PathField(QWidget):
    """A line for a path, and a button that asks for it."""

    changed = Signal()

    def __init__(self, name: str, *, folder: bool = True, files: str = "", hint: str = "") -> None:
        """`folder`: a folder is asked for; otherwise a file, `files` being the dialog's filter."""
        super().__init__()
        self.folder = folder
        self.files = files
        self._name = name
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(hint)
        self.line.textChanged.connect(lambda _: self.changed.emit())
        self.choose = QPushButton("Choose…")
        self.choose.setAccessibleName(f"Choose: {name}")
        self.choose.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.choose)

    @property
    def text(self) -> str:
        """The path, absolute, or ""."""
        given = self.line.text().strip()
        return str(Path(given).expanduser().absolute()) if given else ""

    def _ask(self) -> None:
        start = self.text or str(Path.home())
        if self.folder:
            name = QFileDialog.getExistingDirectory(self, self._name, start)
        else:
            name, _ = QFileDialog.getOpenFileName(self, self._name, start, self.files)
        if name:
            self.line.setText(name)


class ConfigForm(QWidget):
    """Fields for everything that a training needs, and what is wrong with them."""

    ordered = Signal(object)  # TrainingOrder
    left = Signal()
    check_requested = Signal(object)  # TrainingRequest

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._taken: Collection[str] = ()
        self._named = False  # whether the user gave the name
        self._kind = "folders"
        self._model, self._resolution, self._architecture = "cnn", "quarter", "report"
        self.kind = Segments("Kind of data set", [(k, w, _KIND_TIPS[k]) for k, w in KINDS.items()], palette)
        self.kind_words = muted(px=SMALL)
        self.kind_words.setWordWrap(True)
        self.source = PathField("Music to learn from", hint="A folder")
        self.genres = PathField("List of genres", folder=False, files="Lists (*.csv *.xml *.db *.tsv)")
        self.genres.line.setPlaceholderText("The list that comes along")
        self.root = PathField("Folder that the paths start from")
        self.root.line.setPlaceholderText("The list's own folder")
        self.model = Segments("Model", [(k, w, _MODEL_TIPS[k]) for k, w in MODELS.items()], palette)
        self.resolution = Segments("Resolution", [(k, w, _RESOLUTION_TIPS[k]) for k, w in RESOLUTIONS.items()], palette)
        self.architecture = Segments(
            "Architecture", [(k, w, _ARCHITECTURE_TIPS[k]) for k, w in ARCHITECTURES.items()], palette
        )
        self.wheel = PathField("musicnn's weights", folder=False, files="Wheels (*.whl)")
        self.wheel.line.setPlaceholderText("musicnn-0.1.0-py3-none-any.whl")
        self.plain = QCheckBox("Plain: no measures against overfitting")
        self.plain.setToolTip("No dropout, weight decay, SpecAugment, mixup and time shifts: to see what they do")
        self.epochs = _whole("Epochs at most", 1, 1000, 30)
        self.patience = _whole("Patience, in epochs", 1, 1000, 8)
        self.patience.setToolTip("It stops when validation has not become better for so many epochs")
        self.examples = _whole("Patches an epoch", 16, 1_000_000, 2048)
        self.batch = _whole("Patches a step", 1, 1024, 32)
        self.frames = _whole("Frames a patch", 32, 10_000, 1248)
        self.frames.setToolTip("1248 frames are 29 seconds")
        self.seed = _whole("Seed of the weights", 0, 10_000, 0)
        self.split_seed = _whole("Seed of the split", 0, 10_000, 0)
        self.split_seed.setToolTip("Decides which artists teach and which measure")
        self.artists = PathField("List of artists", folder=False, files="Lists (*.txt *.tsv *.csv)")
        self.artists.line.setPlaceholderText("As folders and file names say")
        self.rate = QDoubleSpinBox()
        self.rate.setAccessibleName("Learning rate")
        OwnKeys(self.rate, UP_AND_DOWN)
        self.rate.lineEdit().setTextMargins(*_MARGINS)
        self.rate.setDecimals(5)
        self.rate.setRange(0.00001, 1.0)
        self.rate.setValue(0.001)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the model")
        self.error = QLabel()
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.check = QPushButton("Check the music")
        self.check.setToolTip("Say which genres and artists would be learned from, and which would measure")
        self.found = LogText("What would be learned from")
        self.found.setMaximumHeight(150)
        self.found.hide()
        self.start = QPushButton("Start training")
        self.start.setProperty("kind", "primary")
        self.start.setFont(font(weight=QFont.Weight.DemiBold))
        self.back = QPushButton("Not now")
        self._lay_out()
        self._connect()
        self.clear(())
        self.set_palette(palette)

    @property
    def order(self) -> TrainingRequest:
        """The fields as they stand, unchecked."""
        kind = self._kind
        return TrainingRequest(
            name=self.name.text().strip(),
            source=self.source.text,
            kind=kind,
            model=self._model,
            resolution=self._resolution,
            architecture=self._architecture,
            plain=self.plain.isChecked(),
            epochs=self.epochs.value(),
            patience=self.patience.value(),
            examples=self.examples.value(),
            batch=self.batch.value(),
            frames=self.frames.value(),
            learning_rate=self.rate.value(),
            seed=self.seed.value(),
            split_seed=self.split_seed.value(),
            artists=self.artists.text,
            genres=self.genres.text if kind == "magnatagatune" else "",
            root=self.root.text if kind == "tracks" else "",
            wheel=self.wheel.text if self._architecture == "pretrained" else "",
            created=now(),
        )

    def clear(self, taken: Collection[str]) -> None:
        """Ready for another order; `taken` names cannot be given again. Music and numbers stay as they were."""
        self._taken = taken
        self._named = False
        self.say("")
        self._propose_name()

    def fill(self, order: TrainingRequest) -> None:
        """Show what was ordered before, to be changed; its name cannot be given again."""
        self.choose_kind(order.kind)
        self.choose(model=order.model, resolution=order.resolution, architecture=order.architecture)
        for field, text in (
            (self.source, order.source), (self.genres, order.genres), (self.root, order.root),
            (self.wheel, order.wheel), (self.artists, order.artists),
        ):  # fmt: skip
            field.line.setText(text)
        for box, value in (
            (self.epochs, order.epochs), (self.patience, order.patience), (self.examples, order.examples),
            (self.batch, order.batch), (self.frames, order.frames), (self.seed, order.seed),
            (self.split_seed, order.split_seed),
        ):  # fmt: skip
            box.setValue(value)
        self.rate.setValue(order.learning_rate)
        self.plain.setChecked(order.plain)

    def tell(self, found: str) -> None:
        """What the music holds; "" for nothing."""
        self.found.show_lines(tuple(found.splitlines()))
        self.found.setVisible(bool(found))

    def say(self, problem: str) -> None:
        """What is wrong; "" for nothing."""
        self.error.setText(problem)
        self.error.setVisible(bool(problem))

    def set_palette(self, palette: Palette) -> None:
        """Colours that the program's style sheet does not know."""
        self.error.setStyleSheet(f"color: {palette.danger};")

    def choose(self, *, model: str = "", resolution: str = "", architecture: str = "") -> None:
        """Choose a network, as a click on its word would."""
        self._model, self._resolution, self._architecture = (
            model or self._model, resolution or self._resolution, architecture or self._architecture,
        )  # fmt: skip
        self.model.choose(self._model)
        self.resolution.choose(self._resolution)
        self.architecture.choose(self._architecture)
        self._wheel_label.setVisible(self._architecture == "pretrained")
        self.wheel.setVisible(self._architecture == "pretrained")
        self.frames.setEnabled(self._architecture == "report")
        self._propose_name()

    def _connect(self) -> None:
        self.kind.chosen.connect(self.choose_kind)
        self.model.chosen.connect(lambda key: self.choose(model=key))
        self.resolution.chosen.connect(lambda key: self.choose(resolution=key))
        self.architecture.chosen.connect(lambda key: self.choose(architecture=key))
        self.name.textEdited.connect(lambda _: setattr(self, "_named", True))
        self.source.changed.connect(self._forget)
        self.check.clicked.connect(self._on_check)
        self.start.clicked.connect(self._on_start)
        self.back.clicked.connect(self.left)
        self.choose_kind(self._kind)
        self.choose()

    def choose_kind(self, kind: str) -> None:
        """Choose a kind of data set, as a click on its word would."""
        self._kind = kind
        self.kind.choose(kind)
        self.kind_words.setText(_KIND_TIPS[kind])
        self.source.folder = kind != "tracks"
        self.source.files = "Lists (*.tsv)"
        self.source.line.setPlaceholderText("A list (.tsv)" if kind == "tracks" else "A folder")
        for label, field, wanted in (
            (self._genres_label, self.genres, kind == "magnatagatune"),
            (self._root_label, self.root, kind == "tracks"),
        ):
            label.setVisible(wanted)
            field.setVisible(wanted)

    def _propose_name(self) -> None:
        if not self._named:
            self.name.setText(free_name(self._model, self._resolution, self._taken))

    def _forget(self) -> None:
        self.say("")
        self.tell("")

    def _on_check(self) -> None:
        try:
            order = self.order.check(self._taken)
        except ConfigError as error:
            self.say(str(error))
            return
        self._forget()
        self.check_requested.emit(order)

    def _on_start(self) -> None:
        try:
            order = self.order.check(self._taken)
        except ConfigError as error:
            self.say(str(error))
            return
        self.say("")
        self.ordered.emit(order)

    def _lay_out(self) -> None:
        music, network, learning = Panel("Music"), Panel("Network"), Panel("Learning")
        rows = QGridLayout()
        rows.setHorizontalSpacing(14)
        rows.setVerticalSpacing(8)
        rows.setColumnStretch(1, 1)
        rows.addWidget(muted("Kind"), 0, 0)
        rows.addWidget(self.kind, 0, 1, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(self.kind_words, 1, 1)
        rows.addWidget(muted("Learn from"), 2, 0)
        rows.addWidget(self.source, 2, 1)
        self._genres_label, self._root_label = muted("Genres"), muted("Paths start at")
        rows.addWidget(self._genres_label, 3, 0)
        rows.addWidget(self.genres, 3, 1)
        rows.addWidget(self._root_label, 4, 0)
        rows.addWidget(self.root, 4, 1)
        rows.addWidget(muted("Artists"), 5, 0)
        rows.addWidget(self.artists, 5, 1)
        music.body.addLayout(rows)
        nets = QGridLayout()
        nets.setHorizontalSpacing(14)
        nets.setVerticalSpacing(8)
        nets.setColumnStretch(1, 1)
        for row, (word, field) in enumerate(
            (("Model", self.model), ("Resolution", self.resolution), ("Architecture", self.architecture))
        ):
            nets.addWidget(muted(word), row, 0)
            nets.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)
        self._wheel_label = muted("Weights")
        nets.addWidget(self._wheel_label, 3, 0)
        nets.addWidget(self.wheel, 3, 1)
        nets.addWidget(self.plain, 4, 1)
        network.body.addLayout(nets)
        network.body.addStretch(1)
        learning.body.addLayout(self._numbers())
        learning.body.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(network, 1)
        middle.addWidget(learning, 1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(music)
        column.addLayout(middle)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(area, 1)
        outer.addWidget(self.found)
        outer.addWidget(self.error)
        outer.addLayout(self._foot())

    def _numbers(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        fields = (
            self.epochs, self.patience, self.examples, self.batch, self.frames, self.rate, self.seed, self.split_seed,
        )  # fmt: skip
        for number, field in enumerate(fields):
            row, side = number // 2, 2 * (number % 2)
            grid.addWidget(muted(field.accessibleName()), row, side)
            grid.addWidget(field, row, side + 1)
        for column in (1, 3):
            grid.setColumnStretch(column, 1)
        return grid

    def _foot(self) -> QHBoxLayout:
        self.name.setMinimumWidth(220)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(muted("Name of the model"))
        row.addWidget(self.name)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.check)
        row.addWidget(self.start)
        return row


def _whole(name: str, low: int, high: int, value: int) -> QSpinBox:
    field = QSpinBox()
    field.setAccessibleName(name)
    OwnKeys(field, UP_AND_DOWN)
    field.lineEdit().setTextMargins(*_MARGINS)
    field.setRange(low, high)
    field.setValue(value)
    return field
