"""nbgrader's settings for everybody on the hub; an instructor's course adds its own."""

import os

from autograder.paths import COURSE_ID

c = get_config()  # noqa: F821  (nbgrader provides it)
c.CourseDirectory.course_id = COURSE_ID
c.Exchange.root = os.environ["COURSE_EXCHANGE"]
