import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './theme/mantine.css';
import { HoverTip } from './parts/hover-tip.tsx';
import { queryClient } from './query.ts';
import { router } from './routes.tsx';
import { cssVariables, theme } from './theme/theme.ts';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <HoverTip />
        <Notifications position="bottom-right" limit={3} autoClose={4000} containerWidth={320} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
